import { Client } from 'pg';

export const planted = Client;
