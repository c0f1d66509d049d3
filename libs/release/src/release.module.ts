import { Module } from '@nestjs/common';
import { PeopleModule } from '#people';
import { AmendCase } from './amend';
import { DecideCase } from './decide';
import { ExplainCase } from './explain-case';
import { FreezeCase } from './freeze';
import { CaseListParts, ListCases } from './list-cases';
import { PreviewCase } from './preview';
import { CaseReaderParts, ReadCase } from './read-case';
import { ReturnCase } from './return-case';
import { ScheduleCase } from './schedule';
import { SearchCases } from './search-cases';
import { SubmitCase } from './submit';
import { WithdrawCase } from './withdraw';

const USE_CASES = [
  AmendCase,
  CaseListParts,
  CaseReaderParts,
  DecideCase,
  ExplainCase,
  FreezeCase,
  ListCases,
  PreviewCase,
  ReadCase,
  ReturnCase,
  ScheduleCase,
  SearchCases,
  SubmitCase,
  WithdrawCase,
];

/** Wiring of the release room: one use case a verb. */
@Module({ imports: [PeopleModule], providers: USE_CASES, exports: USE_CASES })
export class ReleaseModule {}
