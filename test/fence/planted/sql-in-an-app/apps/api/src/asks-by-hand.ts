import { DataSource } from 'typeorm';

export const planted = DataSource;
