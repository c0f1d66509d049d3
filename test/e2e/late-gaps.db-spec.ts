import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { enrolPasswordOf } from '#people';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  approveAll,
  decideAs,
  frozenCase,
  openAllianceHouse,
  scheduledCase,
  signedBy,
} from '../support/alliance';
import { type Captured, administrator, captured } from '../support/captured';
import type { Resident } from '../support/house';
import { ask } from '../support/http';
import { aPerson } from '../support/people';
import { RegistryDesk, clearanceFor } from '../support/registry-desk';

/* What comes too late, stays too long or falls between two moments. */
let alliance: AllianceHouse;
let admin: Captured;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
});

afterAll(async () => {
  await admin.close();
  await alliance.house.close();
});

describe('an end that is handed in before the beginning', () => {
  let desk: RegistryDesk;

  beforeAll(async () => {
    desk = await RegistryDesk.open(alliance.house);
  });

  afterAll(async () => desk.close());

  const live = async (clearance: string): Promise<boolean> => {
    const [row] = await admin.run<{ withdrawn: boolean }>(
      'SELECT withdrawn_at IS NOT NULL AS withdrawn FROM clearance WHERE id = $1',
      [clearance],
    );
    if (row === undefined) throw new Error('the clearance was not taken in');
    return !row.withdrawn;
  };

  async function clearedAfter(end?: (clearance: string, instrument: string) => { kind: string; body: unknown }) {
    const { stranger, official } = alliance;
    const [held] = official.plan.clearances;
    const body = {
      ...clearanceFor(stranger.person),
      classifications: held!.classifications,
      categories: held!.categories,
    };
    const [id, endId] = [randomUUID(), randomUUID()];
    const by = [desk.officer(0), desk.officer(1)];
    const grant = await desk.state(id, { kind: 'clearance', body, by });
    if (end !== undefined) {
      const statement = await desk.state(endId, { ...end(body.clearance, id), by: [desk.officer(0)] });
      expect(await desk.settled(await desk.handIn(statement, stranger, endId))).toMatchObject({ state: 'accepted' });
    }
    expect(await desk.settled(await desk.handIn(grant, stranger, id))).toMatchObject({ state: 'accepted' });
    return live(body.clearance);
  }

  it('lets a clearance that was withdrawn never begin', async () => {
    expect(
      await clearedAfter((clearance) => ({
        kind: 'clearance-withdrawal',
        body: { clearance, reason: 'EXERCISE', from: '2026-01-01T00:00:00Z' },
      })),
    ).toBe(false);
  });

  it('lets a clearance whose instrument was revoked never begin', async () => {
    expect(
      await clearedAfter((_clearance, instrument) => ({
        kind: 'revocation',
        body: { instrument, reason: 'error', from: '2026-01-01T00:00:00Z' },
      })),
    ).toBe(false);
  });

  it('is asked of that clearance alone: another begins', async () => {
    expect(await clearedAfter()).toBe(true);
    await admin.run('UPDATE clearance SET withdrawn_at = now() WHERE person_id = $1', [alliance.stranger.person]);
  });
});

describe('a stop that comes when everybody has approved', () => {
  /** A third reviewer, whom the quorum did not wait for. */
  let third: Resident;

  beforeAll(async () => {
    const { house } = alliance;
    ({ third } = await house.enrol({
      third: aPerson('reviewer.three').clearedTo('TOP SECRET').inRole('disclosure-reviewer'),
    }));
  });

  it('is heard while the hour is not set', async () => {
    const { caseId } = await frozenCase(alliance);
    expect(await approveAll(alliance, caseId)).toBe('approved');
    expect(await decideAs(third, caseId, 'object')).toBe('objected');
  });

  it('is heard until the hour, and binds the guard whatever the state says', async () => {
    const { caseId, publishAt } = await scheduledCase(alliance);
    expect(await decideAs(third, caseId, 'object')).toBe('objected');
    // What a captured api would do: as if nothing had been said.
    await admin.run(`UPDATE release_case SET state = 'scheduled' WHERE id = $1`, [caseId]);
    const { clock } = alliance.house;
    clock.advance(Date.parse(publishAt) - clock.now().getTime() + 1_000);
    expect(await alliance.house.publish()).toBe('refused');
  });

  it('an approval is too late all the same', async () => {
    const { caseId } = await frozenCase(alliance);
    await approveAll(alliance, caseId);
    const statement = await signedBy(third, caseId);
    await expect(third.client.decideCase(caseId, { statement })).rejects.toMatchObject({
      problem: { code: 'refused' },
    });
  });
});

describe('rights that rise between a request and its amendment', () => {
  it('bring nothing into the case that its mark does not cover', async () => {
    const { house, planner, requester } = alliance;
    const { low } = await house.enrol({ low: aPerson('requester.low').clearedTo('SECRET').inRole('requester') });
    const { id } = await planner.client.importDocument(
      PACKAGE.text().replace('banner:', 'mark: NATO UNCLASSIFIED\nbanner:'),
    );
    const before = await low.client.document(id);
    const request = aRequest(before, house.clock.now());
    const caseId = await low.client.submitCase(request);
    const amendment = { title: request.title, summary: request.summary, window: request.window };
    await low.client.amendCase(caseId, { ...amendment, items: request.items });

    await house.authority.clearance({
      person: low.person,
      classifications: [...requester.plan.clearances[0]!.classifications],
      categories: requester.plan.clearances[0]!.categories.map((each) => ({ ...each, values: [...each.values] })),
    });
    await house.admit();
    const after = await low.client.document(id);
    expect(after.portions.length).toBeGreaterThan(before.portions.length);
    const above = after.portions.filter((portion) => !before.portions.some((each) => each.id === portion.id));
    const items = aRequest(after, house.clock.now()).items;
    for (const named of [items, request.items])
      await expect(low.client.amendCase(caseId, { ...amendment, items: named })).rejects.toMatchObject({
        problem: {
          code: 'refused',
          reasons: expect.arrayContaining(
            above.map(
              (portion): object =>
                expect.objectContaining({
                  rule: 'sources-under-the-case',
                  have: `portion ${portion.id} above it`,
                }) as object,
            ),
          ) as unknown,
        },
      });
    expect((await low.client.case(caseId)).round).toBe(2);
  });
});

describe('protections that two people name at the same moment', () => {
  const label = (values: string[]): string =>
    JSON.stringify({
      policy: 'NATO',
      classification: 'SECRET',
      categories: [
        { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
        { tagSet: 'Releasable To', type: 'PERMISSIVE', values: ['NATO', ...values] },
      ],
    });
  const intern = `SELECT sec.intern_protection($1, ARRAY['everyone']) AS id`;

  it('come into sight in their order: no session remembers past one that is still to come', async () => {
    const { house, planner } = alliance;
    const [first, second] = [0, 1].map(() => new Client({ connectionString: house.databases.main('api') })) as [
      Client,
      Client,
    ];
    for (const each of [first, second]) {
      await each.connect();
      await each.query('BEGIN');
      await each.query('SELECT sec.enter($1)', [planner.sid]);
    }
    try {
      const { rows } = await first.query<{ id: number }>(intern, [label(['ALB'])]);
      const later = second
        .query(intern, [label(['BGR'])])
        .then(() => second.query('COMMIT'))
        .then(() => planner.client.documents());
      // Without the turns the second commits here, and the planner's rights are worked out past the first.
      await new Promise((settled) => setTimeout(settled, 300));
      await first.query('COMMIT');
      await later;
      await planner.client.documents();
      const [bit] = await admin.run<{ held: boolean }>(
        `SELECT get_bit(bitmap, $2) <> 0 AS held FROM sec.session WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`,
        [planner.sid, rows[0]!.id],
      );
      expect(bit).toEqual({ held: true });
    } finally {
      for (const each of [first, second]) await each.end();
    }
  });
});

describe('a new password', () => {
  it('ends every session and token that the old one opened', async () => {
    const { house, official } = alliance;
    const registrar = await house.as('registrar');
    const enrol = (password: string): Promise<void> =>
      enrolPasswordOf(registrar, { username: 'official', personId: official.person, password });
    await enrol('EXERCISE the first password');
    const sid = await house.openSession(official.person);
    const { body } = await ask(house.url, '/api/tokens', {
      as: sid,
      method: 'POST',
      json: { name: 'EXERCISE', scopes: ['me'], expiresInDays: 300 },
    });
    const { token } = JSON.parse(body) as { token: string };
    const statusAs = async (as: string): Promise<number> => (await ask(house.url, '/api/me', { as })).status;
    expect([await statusAs(sid), await statusAs(token)]).toEqual([200, 200]);
    await enrol('EXERCISE the second password');
    expect([await statusAs(sid), await statusAs(token)]).toEqual([401, 401]);
    expect(await statusAs(alliance.planner.sid)).toBe(200);
  });
});

describe('a note about a case', () => {
  it('is gone with the right to know of the case', async () => {
    const { house, norway } = alliance;
    const { caseId } = await frozenCase(alliance);
    const id = randomUUID();
    await admin.run(
      `INSERT INTO notification (id, outbox_id, person_id, kind, case_id) VALUES ($1, $2, $3, 'case.frozen', $4)`,
      [id, randomUUID(), norway.person, caseId],
    );
    const notes = async (): Promise<string> => (await ask(house.url, '/api/notifications', { as: norway.sid })).body;
    const read = async (): Promise<number> =>
      (await ask(house.url, `/api/notifications/${id}/read`, { as: norway.sid, method: 'POST' })).status;
    expect(await notes()).toContain(caseId);
    await admin.run('UPDATE clearance SET withdrawn_at = now() WHERE person_id = $1', [norway.person]);
    expect(await notes()).not.toContain(caseId);
    expect(await read()).toBe(404);
    await admin.run('UPDATE clearance SET withdrawn_at = NULL WHERE person_id = $1', [norway.person]);
    expect(await read()).toBe(204);
  });
});

describe('an id in capitals', () => {
  it('is the same id', async () => {
    const { house, planner } = alliance;
    const { id } = await planner.client.importDocument(PACKAGE.text());
    const { status } = await ask(house.url, `/api/documents/${id.toUpperCase()}`, { as: planner.sid });
    expect(status).toBe(200);
    const nothing = await ask(house.url, `/api/documents/${randomUUID().toUpperCase()}`, { as: planner.sid });
    expect(nothing.status).toBe(404);
  });
});

describe('words with letters that nobody sees', () => {
  it.each([
    ['a zero-width space', '\u200b'],
    ['a soft hyphen', '\u00ad'],
    ['a change of direction', '\u202e'],
    ['a filler that counts as a letter', '\u3164'],
    ['a selector of variants', '\ufe0f'],
    ['a tag', '\u{e0041}'],
  ])('are refused in what is proposed: %s', async (_name, unseen) => {
    const { house, planner, requester } = alliance;
    const { id } = await planner.client.importDocument(PACKAGE.text());
    const request = aRequest(await requester.client.document(id), house.clock.now());
    await expect(
      requester.client.submitCase({ ...request, summary: `EXERCISE The gap${unseen} is wide` }),
    ).rejects.toMatchObject({ problem: { code: 'bad-request' } });
    const [row] = await admin.run<{ words: string }>('SELECT sec.plain($1) AS words', [`The ga${unseen}p`]);
    expect(row).toEqual({ words: 'the gap' });
  });
});

describe('rows that would be too much for the memory of those who judge', () => {
  it('are not taken from a captured api', async () => {
    const { caseId } = await frozenCase(alliance);
    const api = await captured(alliance.house, 'api');
    try {
      const { planner } = alliance;
      const [proposal] = await admin.run<{ id: string }>('SELECT proposal_id AS id FROM release_case WHERE id = $1', [
        caseId,
      ]);
      expect(
        await api.as(planner).attempt(
          `INSERT INTO rendition SELECT proposal_id, $2, media_type, sha256, convert_to(repeat('x', 33554433), 'UTF8'), '', protection_id, source_protections
             FROM rendition WHERE proposal_id = $1 LIMIT 1`,
          [proposal?.id, 'huge.txt'],
        ),
      ).toBe('23514');
      expect(
        await api
          .as(planner)
          .attempt(
            `INSERT INTO instrument_submission (id, statement, submitted_by) VALUES ($1, jsonb_build_object('payload', repeat('x', 300000)), $2)`,
            [randomUUID(), planner.person],
          ),
      ).toBe('23514');
    } finally {
      await api.close();
    }
  });
});

describe('refusals that are not about documents and cases', () => {
  it('are on the record as well', async () => {
    const { house, planner, auditor } = alliance;
    const nothing = randomUUID();
    const asked: [string, string, 'DELETE' | 'POST' | 'GET'][] = [
      ['token.revoke', `/api/tokens/${nothing}`, 'DELETE'],
      ['notification.read', `/api/notifications/${nothing}/read`, 'POST'],
      ['instrument.state', `/api/instruments/${nothing}`, 'GET'],
    ];
    for (const [, path, method] of asked)
      expect((await ask(house.url, path, { as: planner.sid, method })).status).toBe(404);
    expect((await ask(house.url, `/api/audit/events/${nothing}/proof`, { as: auditor.sid })).status).toBe(404);
    const rows = await admin.run<{ action: string }>(
      `SELECT action FROM audit_event WHERE outcome = 'refused' AND thing_id = $1 ORDER BY action`,
      [nothing],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'audit.prove',
      'instrument.state',
      'notification.read',
      'token.revoke',
    ]);
  });
});

describe('delegations', () => {
  it('have an end: nobody makes the verification of everything as slow as they like', async () => {
    const { house, germany, belgium } = alliance;
    const desk = await RegistryDesk.open(house);
    try {
      const body = {
        body: 'defence-ministers',
        seat: 'DEU',
        fromPerson: germany.person,
        toPerson: belgium.person,
        from: '2026-01-01T00:00:00Z',
        until: '2026-01-02T00:00:00Z',
      };
      const ids = Array.from({ length: 251 }, () => randomUUID());
      for (const id of ids)
        await desk.handIn(await desk.state(id, { kind: 'delegation', body, by: [germany.key] }), germany, id);
      while ((await house.settle()) > 0);
      const rows = await admin.run<{ state: string; count: string }>(
        `SELECT state, count(*) FROM instrument_submission WHERE id = ANY ($1::uuid[]) GROUP BY state ORDER BY state`,
        [ids],
      );
      expect(rows).toEqual([
        { state: 'accepted', count: '250' },
        { state: 'refused', count: '1' },
      ]);
    } finally {
      await desk.close();
    }
  });
});
