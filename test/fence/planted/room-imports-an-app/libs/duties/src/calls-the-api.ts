import * as api from '../../../apps/api/src/application';

export const planted: unknown = api;
