export { type Checkpoint, checkpointBody, parseCheckpoint } from './checkpoint';
export {
  EVENT_PROOF_FORMAT,
  type EventProof,
  type Finding,
  type LogPlace,
  checkLogProof,
  leafDataOf,
  verifyEventProof,
} from './event-proof';
export { consistencyProof, inclusionProof, nodesForConsistency, nodesForInclusion } from './proofs';
export { type NoteKey, noteKeyOf, noteVerifierKey, openNote, parseVerifierKey, signNote } from './signed-note';
export {
  type CompletedNode,
  EMPTY_ROOT,
  type NodeAddress,
  type TreeFrontier,
  appendLeaves,
  emptyFrontier,
  leafHash,
  nodeHash,
  rootOf,
} from './tree';
export { verifyConsistency, verifyInclusion } from './verify';
