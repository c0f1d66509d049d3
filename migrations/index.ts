import { AddPublicationSalts1767225600008 } from './main/1767225600008-add-publication-salts';
import { AdmitTheExaminer1767225600076 } from './main/1767225600076-admit-the-examiner';
import { AdmitOnRequest1767225600072 } from './main/1767225600072-admit-on-request';
import { BoundEvidence1767225600061 } from './main/1767225600061-bound-evidence';
import { BoundGuessingOfCodes1767225600084 } from './main/1767225600084-bound-guessing-of-codes';
import { CheckSourcesAsFrozen1767225600040 } from './main/1767225600040-check-sources-as-frozen';
import { CloseLateGaps1767225600060 } from './main/1767225600060-close-late-gaps';
import { CloseWhatProbingFound1767225600075 } from './main/1767225600075-close-what-probing-found';
import { ComputeRightsByKeys1767225600050 } from './main/1767225600050-compute-rights-by-keys';
import { CreateAudit1767225600004 } from './main/1767225600004-create-audit';
import { CreateCases1767225600006 } from './main/1767225600006-create-cases';
import { CreateDutyLeader1767225600009 } from './main/1767225600009-create-duty-leader';
import { CreateGuardQuestions1767225600007 } from './main/1767225600007-create-guard-questions';
import { CreateOutbox1767225600005 } from './main/1767225600005-create-outbox';
import { CreatePeople1767225600000 } from './main/1767225600000-create-people';
import { CreateRecords1767225600003 } from './main/1767225600003-create-records';
import { CreateRights1767225600001 } from './main/1767225600001-create-rights';
import { CreateSessions1767225600002 } from './main/1767225600002-create-sessions';
import { EnterInPlainWords1767225600090 } from './main/1767225600090-enter-in-plain-words';
import { DenyIncompleteCategories1767225600041 } from './main/1767225600041-deny-incomplete-categories';
import { DistrustTheApi1767225600010 } from './main/1767225600010-distrust-the-api';
import { AttachAndReadWhole1767225600077 } from './main/1767225600077-attach-and-read-whole';
import { EndBrokenGlassWithItsConditions1767225600083 } from './main/1767225600083-end-broken-glass-with-its-conditions';
import { FindNearCopies1767225600073 } from './main/1767225600073-find-near-copies';
import { ListByProtection1767225600020 } from './main/1767225600020-list-by-protection';
import { ReadAtSpeed1767225600078 } from './main/1767225600078-read-at-speed';
import { RecordAtSpeed1767225600080 } from './main/1767225600080-record-at-speed';
import { RefuseTakenUsernames1767225600030 } from './main/1767225600030-refuse-taken-usernames';
import { AssureSessions1767225600069 } from './main/1767225600069-assure-sessions';
import { AssureTheExaminer1767225600085 } from './main/1767225600085-assure-the-examiner';
import { MakeRoomForTheUnseen1767225600086 } from './main/1767225600086-make-room-for-the-unseen';
import { KeepNothingThatIsBeingWithdrawn1767225600088 } from './main/1767225600088-keep-nothing-that-is-being-withdrawn';
import { FindCases1767225600081 } from './main/1767225600081-find-cases';
import { ListCasesByProtection1767225600089 } from './main/1767225600089-list-cases-by-protection';
import { KeepWhatIsUnseen1767225600079 } from './main/1767225600079-keep-what-is-unseen';
import { ListAndSearch1767225600074 } from './main/1767225600074-list-and-search';
import { OpenAccessLists1767225600070 } from './main/1767225600070-open-access-lists';
import { WidenRights1767225600071 } from './main/1767225600071-widen-rights';
import { BoundTokens1767225600087 } from './main/1767225600087-bound-tokens';
import { ReadStatementsOnce1767225600091 } from './main/1767225600091-read-statements-once';
import { CreateRegister1767225600000 } from './register/1767225600000-create-register';

/** The restricted side's migrations, in order. */
export const MAIN_MIGRATIONS = [
  CreatePeople1767225600000,
  CreateRights1767225600001,
  CreateSessions1767225600002,
  CreateRecords1767225600003,
  CreateAudit1767225600004,
  CreateOutbox1767225600005,
  CreateCases1767225600006,
  CreateGuardQuestions1767225600007,
  AddPublicationSalts1767225600008,
  CreateDutyLeader1767225600009,
  DistrustTheApi1767225600010,
  ListByProtection1767225600020,
  RefuseTakenUsernames1767225600030,
  CheckSourcesAsFrozen1767225600040,
  DenyIncompleteCategories1767225600041,
  ComputeRightsByKeys1767225600050,
  CloseLateGaps1767225600060,
  BoundEvidence1767225600061,
  AssureSessions1767225600069,
  OpenAccessLists1767225600070,
  WidenRights1767225600071,
  AdmitOnRequest1767225600072,
  FindNearCopies1767225600073,
  ListAndSearch1767225600074,
  CloseWhatProbingFound1767225600075,
  AdmitTheExaminer1767225600076,
  AttachAndReadWhole1767225600077,
  ReadAtSpeed1767225600078,
  KeepWhatIsUnseen1767225600079,
  RecordAtSpeed1767225600080,
  FindCases1767225600081,
  EndBrokenGlassWithItsConditions1767225600083,
  BoundGuessingOfCodes1767225600084,
  AssureTheExaminer1767225600085,
  MakeRoomForTheUnseen1767225600086,
  BoundTokens1767225600087,
  KeepNothingThatIsBeingWithdrawn1767225600088,
  ListCasesByProtection1767225600089,
  EnterInPlainWords1767225600090,
  ReadStatementsOnce1767225600091,
];

/** The public side's migrations, in order. */
export const REGISTER_MIGRATIONS = [CreateRegister1767225600000];
