import { Module } from '@nestjs/common';
import { AttachFile } from './attach-file';
import { ExplainDocument } from './explain-document';
import { ImportDocument, ImportParts } from './import-document';
import { ListDocuments } from './list-documents';
import { ListTargets } from './list-targets';
import { ReadAttachment } from './read-attachment';
import { ReadDocument } from './read-document';
import { SearchDocuments, SearchParts } from './search-documents';

const USE_CASES = [
  ExplainDocument,
  ImportParts,
  ImportDocument,
  ListDocuments,
  ListTargets,
  SearchParts,
  SearchDocuments,
  ReadDocument,
  AttachFile,
  ReadAttachment,
];

/** Wiring of the records room. Its parts (transactions, policies, cursors) come from the application. */
@Module({ providers: USE_CASES, exports: USE_CASES })
export class RecordsModule {}
