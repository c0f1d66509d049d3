import type { Cut } from '../../records/src/cut';

export type Planted = Cut;
