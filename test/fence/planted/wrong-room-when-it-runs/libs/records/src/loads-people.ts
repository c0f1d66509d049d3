export const planted = async (): Promise<unknown> => import('#people');
