export { type DecidedStage, type Decider, isPublic } from './deciders';
export { publicationIn } from './judge-release';
export { type AppendedLeaf, type LogSigner, appendToPublicLog } from './public-log';
export { type PublishedLeaf, type PublishedLeaves, PublishedLog, type SignedState } from './published-log';
export type { ReleasedWords } from './released-words';
export { type ReleaseHead, type ReleaseKey, Releases, type VerifiedFile, type VerifiedRelease } from './releases';
export { type StoredFile, type StoredRelease, findRelease, showRelease } from './store/release.store';
export { type RegisterTrust, trustFrom } from './trust';
