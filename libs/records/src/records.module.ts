import { Module } from '@nestjs/common';
import { ImportDocument, ImportParts } from './import-document';
import { ListDocuments } from './list-documents';
import { ReadDocument } from './read-document';

const USE_CASES = [ImportParts, ImportDocument, ListDocuments, ReadDocument];

/** Wiring of the records room. Its parts (transactions, policies, cursors) come from the application. */
@Module({ providers: USE_CASES, exports: USE_CASES })
export class RecordsModule {}
