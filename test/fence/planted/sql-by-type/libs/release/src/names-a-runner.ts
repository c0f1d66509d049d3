import type { QueryRunner } from 'typeorm';

export type Planted = QueryRunner;
