import { cutsOf } from '../../records/src/cut';

export const planted = cutsOf;
