import type { AuthorityReader } from '#people';

export type Planted = AuthorityReader;
