import { Injectable } from '@nestjs/common';
import { AmendCase, DecideCase, FreezeCase, ReturnCase, ScheduleCase, WithdrawCase } from '#release';

/** The verbs that stop a case or take it back. */
@Injectable()
export class StoppingVerbs {
  constructor(
    readonly returns: ReturnCase,
    readonly withdraws: WithdrawCase,
  ) {}
}

/** The verbs of a case, together for its controller. */
@Injectable()
export class CaseVerbs {
  readonly returns: ReturnCase;
  readonly withdraws: WithdrawCase;

  constructor(
    readonly amends: AmendCase,
    readonly freezes: FreezeCase,
    readonly decides: DecideCase,
    readonly schedules: ScheduleCase,
    stopping: StoppingVerbs,
  ) {
    this.returns = stopping.returns;
    this.withdraws = stopping.withdraws;
  }
}
