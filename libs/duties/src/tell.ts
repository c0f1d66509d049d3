import type { Clock, Tx } from '#database';
import type { AuthorityReader } from '#people';
import { type Authority, ORIGINATORS, type Stage } from '#workflow';
import { whoIsTold } from './store/access-facts.store';
import { type CaseFacts, decidersOf, findCaseFacts, whoMayKnow } from './store/case-facts.store';
import { notify } from './store/notification.store';
import type { OutboxRow } from './store/outbox.store';

/** Topics after which somebody can act next. */
const AWAITS: readonly string[] = ['case.frozen', 'case.decided'];

/** What waits for somebody after a topic about access; the others only tell what became of something. */
const AWAITED: Readonly<Record<string, string>> = {
  'access.requested': 'awaits-your-approval',
  'access.break-glass': 'awaits-your-review',
};

/**
 * The effect of a job about a case or about access: tells those who can act next, or those whom the outcome concerns. Nobody is
 * told of what they may not know of.
 */
export class TellPeople {
  constructor(
    private readonly authority: AuthorityReader,
    private readonly clock: Clock,
  ) {}

  async run(tx: Tx, job: OutboxRow): Promise<void> {
    const about = job.payload['about'];
    if (job.topic.startsWith('access.') && about !== undefined) {
      const people = await whoIsTold(tx, job.topic, about);
      await notify(tx, job.id, AWAITED[job.topic] ?? job.topic, { about }, people);
      return;
    }
    const caseId = job.payload['caseId'];
    const row = caseId === undefined ? undefined : await findCaseFacts(tx, caseId);
    if (row === undefined) return;
    const awaited = AWAITS.includes(job.topic);
    const people = awaited ? await this.whoCanAct(tx, row) : await this.whomItConcerns(tx, row);
    const kind = awaited ? 'awaits-your-decision' : job.topic;
    await notify(tx, job.id, kind, { caseId: row.id }, await whoMayKnow(tx, row.id, [...new Set(people)]));
  }

  private async whomItConcerns(tx: Tx, row: CaseFacts): Promise<string[]> {
    const deciders = row.proposalId === null ? [] : await decidersOf(tx, row.proposalId);
    return [row.requestedBy, ...deciders.map((each) => each.personId)];
  }

  /** Those who can speak in the first stage that somebody is still missing from. */
  private async whoCanAct(tx: Tx, row: CaseFacts): Promise<string[]> {
    if (row.proposalId === null) return [];
    const authority = await this.authority.current(tx);
    const now = this.clock.now().toISOString();
    const procedure = authority.procedure(row.procedureId, row.procedureVersion, now);
    const decided = await decidersOf(tx, row.proposalId);
    const done = new Set(decided.map((each) => each.personId));
    for (const stage of procedure?.stages ?? []) {
      const people = speakersOf(stage, authority, now);
      const heard = decided.filter((each) => each.stage === stage.id).length;
      if (heard < (typeof stage.rule === 'object' ? stage.rule.atLeast : people.length)) {
        return people.filter((person) => !done.has(person) && person !== row.requestedBy);
      }
    }
    return [];
  }
}

function speakersOf(stage: Stage, authority: Authority, now: string): string[] {
  if ('role' in stage)
    return authority.people(now).flatMap((each) => (each.body.roles.includes(stage.role) ? [each.body.person] : []));
  const body = 'each' in stage ? ORIGINATORS : stage.body;
  const seats = authority.body(body, now)?.body.seats ?? [];
  return seats.flatMap((seat) => authority.holderOf(body, seat.id, now)?.body.person ?? []);
}
