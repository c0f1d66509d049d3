export const planted = 'a room that nobody has planned';
