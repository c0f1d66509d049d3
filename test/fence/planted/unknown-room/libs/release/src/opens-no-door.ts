import { nothing } from '#nosuchroom';

export const planted: unknown = nothing;
