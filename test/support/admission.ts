import { randomUUID } from 'node:crypto';
import { RunJob, TellPeople } from '#duties';
import { AuthorityReader } from '#people';
import { asking } from './cluster';
import type { House, Resident } from './house';

export const DAY = 86_400_000;

/** A moment so many milliseconds from now, as it goes over the wire. */
export const inTime = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

/** Does what lies open in the outbox, as the worker would. */
export async function carryOut(house: House): Promise<void> {
  const relay = await house.as('relay');
  const tell = new TellPeople(new AuthorityReader(house.anchor), house.clock);
  const jobs = new RunJob(relay, 'tell-people', (tx, job) => tell.run(tx, job));
  const open = await asSuperuser<{ id: string }>(
    house,
    'SELECT id FROM outbox WHERE done_at IS NULL ORDER BY created_at',
  );
  for (const { id } of open) await jobs.run(id);
}

/** What the owner of the database sees and does, for whom nothing is hidden. */
export const asSuperuser = async <Row>(house: House, sql: string, values: unknown[] = []): Promise<Row[]> =>
  asking(house.databases.main('superuser'), async (client) => (await client.query(sql, values)).rows as Row[]);

/** An approver grants a request over HTTP, as `imprimatur access grant` does; answers what the registrar made of it. */
export async function grant(
  house: House,
  approver: Resident,
  request: { readonly id: string; readonly list: string; readonly person: string },
  span: { readonly from?: string; readonly until?: string } = {},
): Promise<{ state: string; fault: string | null; grant: string }> {
  const granted = randomUUID();
  const statement = await house.authority.accessGrant(approver, {
    grant: granted,
    list: request.list,
    person: request.person,
    request: request.id,
    ...span,
  });
  const id = await approver.client.submitInstrument(statement);
  await house.settle();
  const { state, fault } = await approver.client.instrumentState(id);
  // What was refused must not come back with whatever the house admits next.
  if (state !== 'accepted') house.authority.statements.splice(house.authority.statements.indexOf(statement), 1);
  return { state, fault, grant: granted };
}
