export { type ApprovalEvidence, type ApprovalTrust, type ApprovalVerdict, verifyApproval } from './approval';
export type { RefusedInstrument } from './admit';
export { Authority, type VerifiedInstrument } from './authority';
export { type SpeakingAs, capacitiesOf } from './capacities';
export {
  CASE_COMMANDS,
  CASE_STATES,
  type CaseCommand,
  type CaseFacts,
  type CaseState,
  nextCaseState,
  stageRefusals,
} from './case-machine';
export {
  type Decision,
  type ProposalFacts,
  type SignedDecision,
  decisionSchema,
  readDecision,
  refuseDecision,
  seatsOf,
} from './decision';
export {
  type Instrument,
  type InstrumentBody,
  type InstrumentKind,
  type InstrumentOf,
  type Officers,
  type SelfSigned,
  humanOf,
  instrumentSchema,
  isSelfSigned,
  officersNeeded,
  officersSchema,
} from './instrument';
export { type Outgoing, labelSchema, originatorsOf, outgoingSchema, proposalDigest } from './outgoing';
export {
  ORIGINATORS,
  type Procedure,
  type ProcedureFacts,
  type Stage,
  lintProcedure,
  procedureSchema,
} from './procedure';
export type { Finding, Refusal } from './refusal';
export { type Signer, type Verdict, signDecision } from './sign-decision';
export { type StageStanding, type Standing, standingOf } from './standing';
export { statementSchema } from './statement-schema';
export { readInstrument, verifyInstruments } from './verify-instruments';
