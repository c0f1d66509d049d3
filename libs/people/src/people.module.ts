import { Module } from '@nestjs/common';
import { AuthorityReader } from './authority-reader';
import { Sessions } from './sessions';
import { SubmitInstrument } from './submit-instrument';
import { Tokens } from './tokens';

const USE_CASES = [AuthorityReader, Sessions, SubmitInstrument, Tokens];

/** Wiring of the people room. Its parts (transactions, trust anchor, clock) come from the application. */
@Module({ providers: USE_CASES, exports: USE_CASES })
export class PeopleModule {}
