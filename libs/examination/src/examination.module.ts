import { Module } from '@nestjs/common';
import { CheckRules } from './check-rules';
import { ExamineDecision } from './examine-decision';
import { Examiner } from './examiner';
import { PreviewRules } from './preview-rules';
import { ReadRules } from './read-rules';
import { ReplayDecision } from './replay-decision';
import { WhatCanRead } from './what-can-read';
import { WhatIf } from './what-if';
import { WhoCanRead } from './who-can-read';

const USE_CASES = [
  CheckRules,
  ExamineDecision,
  PreviewRules,
  ReadRules,
  ReplayDecision,
  WhatCanRead,
  WhatIf,
  WhoCanRead,
];

/** Wiring of the examination room. Its parts (transactions of both roles, policies, cursors) come from the application. */
@Module({ providers: [Examiner, ...USE_CASES], exports: USE_CASES })
export class ExaminationModule {}
