import { nothing } from './nowhere';

export const planted: unknown = nothing;
