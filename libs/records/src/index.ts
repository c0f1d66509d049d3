export { type CaseSource, type SourcePortion, loadCaseSource } from './case-source';
export { ImportDocument, ImportParts, type Imported, LARGEST_DOCUMENT } from './import-document';
export { ListDocuments } from './list-documents';
export type { LineFault } from './line-fault';
export { type MarkedDocument, type MarkedPortion, parseMarkedText } from './marked-text';
export { ReadDocument } from './read-document';
export { RecordsModule } from './records.module';
export type { Target } from './store/document.store';
export { internProtection, protectionsOf } from './store/protection.store';
