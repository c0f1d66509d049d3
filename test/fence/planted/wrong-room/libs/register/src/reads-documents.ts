import { ReadDocument } from '#records';

export const planted = ReadDocument;
