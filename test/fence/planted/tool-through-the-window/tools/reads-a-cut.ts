import { cutsOf } from '../libs/records/src/cut';

export const planted = cutsOf;
