import { Module } from '@nestjs/common';
import { PeopleModule } from '#people';
import { AcknowledgeReadIn } from './acknowledge';
import { BreakGlass } from './break-glass';
import { ListAccessLists } from './list-access-lists';
import { ListBreakGlass } from './list-break-glass';
import { ListRequests } from './list-requests';
import { WordsAboutAccess } from './marked-words';
import { RequestAccess } from './request-access';
import { EndBreakGlass, ReviewBreakGlass } from './review-break-glass';
import { SettleRequest } from './settle-request';

const USE_CASES = [
  AcknowledgeReadIn,
  BreakGlass,
  EndBreakGlass,
  ListAccessLists,
  ListBreakGlass,
  ListRequests,
  RequestAccess,
  ReviewBreakGlass,
  SettleRequest,
  WordsAboutAccess,
];

/** Wiring of the admission room: who asks to be let in, and what is opened in emergencies. */
@Module({ imports: [PeopleModule], providers: USE_CASES, exports: USE_CASES })
export class AdmissionModule {}
