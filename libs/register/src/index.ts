export { type AppendedLeaf, type LogSigner, appendToPublicLog } from './public-log';
export { type RegisterTrust, type ReleasedWords, Releases, type VerifiedRelease } from './releases';
export { leavesFrom, newestCheckpoint } from './store/public-log.store';
export { type StoredFile, type StoredRelease, findRelease, showRelease } from './store/release.store';
