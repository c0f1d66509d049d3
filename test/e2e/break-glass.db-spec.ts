import type { BreakGlassView, OpenBreakGlassCommand } from '#contracts';
import { ApiClient, type ApiProblem } from '#client';
import { asSuperuser, carryOut } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { type Captured, DENIED, captured } from '../support/captured';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { ask } from '../support/http';
import { aPerson } from '../support/people';
import { takenAway } from '../support/taken-away';

/* In an emergency a watch officer may be let past need-to-know, for hours and in front of everybody who must know; past a clearance, never. */
const REASON = { text: 'EXERCISE Ships are missing, and the duty desk must know who is near.', mark: 'NR' };
const WORDS = { text: 'EXERCISE The emergency was one.', mark: 'NR' };

let alliance: AllianceHouse;
let watch: Resident;
let officer: Resident;
let second: Resident;
let both: Resident;
let api: Captured;
/** SECRET, for the planners alone. */
let narrow: string;
/** SECRET, for the planners alone, with a paragraph that is top secret and one that names a category that nobody here holds. */
let mixed: string;
/** Known to those who are cleared for a category that the watch officer does not hold. */
let above: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner } = alliance;
  ({ watch, officer, second, both } = await house.enrol({
    watch: aPerson('watch.one').clearedTo('SECRET').inRole('watch-officer'),
    officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
    second: aPerson('security.two').inRole('security-officer'),
    both: aPerson('watch.and.security').clearedTo('SECRET').inRole('watch-officer', 'security-officer'),
  }));
  const imported = async (text: string): Promise<string> => (await planner.client.importDocument(text)).id;
  const secret = () => aDocument().forThose('community:NDPP-STAFF').markedAs('NATO SECRET');
  narrow = await imported(
    secret()
      .underBanner('NATO SECRET')
      .titled('(NS) EXERCISE Positions')
      .saying('(NS) EXERCISE Near the strait.')
      .text(),
  );
  mixed = await imported(
    secret().titled('(NS) EXERCISE Positions of both').saying('(CTS) EXERCISE The submarines are elsewhere.').text(),
  );
  above = await imported(aDocument().forThose('community:NDPP-STAFF').titled('(CTS) EXERCISE Submarines').text());
  api = await captured(house, 'api');
});
afterAll(async () => {
  await api.close();
  await alliance.house.close();
});
// What one test opens is over, and reviewed, before the next begins.
afterEach(async () => {
  const { house } = alliance;
  await asSuperuser(house, 'UPDATE sec.lifted SET ended_at = now() WHERE ended_at IS NULL');
  await asSuperuser(
    house,
    `UPDATE break_glass SET reviewed_at = now(), reviewed_by = $1, justified = true, ended_at = coalesce(ended_at, now()), ended_by = coalesce(ended_by, $1)
      WHERE reviewed_at IS NULL`,
    [officer.person],
  );
});

const opens = (who: { client: ApiClient }, changes: Partial<OpenBreakGlassCommand> = {}) =>
  who.client.breakGlass({ document: narrow, reason: REASON, hours: 1, ...changes });
const reads = (who: { client: ApiClient }, id: string): Promise<string[] | number> =>
  who.client.document(id).then(
    ({ portions }) => portions.map(({ mark }) => mark),
    (error: unknown) => (error as ApiProblem).problem.status,
  );
const one = async (who: Resident, id: string): Promise<BreakGlassView | undefined> =>
  (await who.client.brokenGlass()).items.find((each) => each.id === id);
const problem = (code: string, rule?: string) => ({
  problem: {
    code,
    ...(rule === undefined ? {} : { reasons: expect.arrayContaining([expect.objectContaining({ rule })]) }),
  },
});

describe('breaking glass', () => {
  it('lifts need-to-know and no clearance, for the hours that were asked', async () => {
    expect([await reads(watch, narrow), await reads(watch, mixed)]).toEqual([404, 404]);
    const { id, until } = await opens(watch);
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(3_500_000);
    expect(await reads(watch, narrow)).toEqual(['(NS)', '(NS)']);
    // The restriction is the same here, and what is top secret stays away.
    expect(await reads(watch, mixed)).toEqual(['(NS)']);
    expect(await reads(watch, above)).toBe(404);
    expect(await one(watch, id)).toMatchObject({
      document: narrow,
      ended: null,
      review: null,
      awaitsYourReview: false,
    });
  });

  it('is on the record, alerts every security officer, and waits for a review', async () => {
    const { house, auditor } = alliance;
    const { id } = await opens(watch);
    const { items } = await auditor.client.events({ document: narrow, outcome: 'done' });
    expect(items.find(({ action }) => action === 'glass.open')).toMatchObject({
      person: watch.person,
      thing: { kind: 'BreakGlass', id },
      details: { hours: 1 },
    });
    await carryOut(house);
    for (const each of [officer, second, both])
      expect((await each.client.notifications())[0]).toMatchObject({ kind: 'awaits-your-review', about: id });
    expect(await one(officer, id)).toMatchObject({
      openedBy: { person: watch.person, office: watch.office },
      reason: { mark: '(NR)', text: REASON.text },
      awaitsYourReview: true,
      // The officer holds no need-to-know for it: which document it was is not theirs to learn.
      document: null,
    });
    // Not cleared for the mark of the reason: that it happened is known, and not why.
    expect(await one(second, id)).toMatchObject({ reason: null, awaitsYourReview: true });
    expect(await house.seal()).toBeGreaterThan(0);
  });

  it('is recorded as everything else is: the record can be proved', async () => {
    const { house, auditor } = alliance;
    await opens(watch);
    await house.seal();
    const { items } = await auditor.client.events({ document: narrow, outcome: 'done' });
    const event = items.find(({ action }) => action === 'glass.open')!;
    expect(event.sealed).toBe(true);
    expect(await auditor.client.eventProof(event.id)).toMatchObject({
      record: { id: event.id, action: 'glass.open' },
    });
  });

  it('answers alike for a document that clearance does not cover and for none', async () => {
    const { house } = alliance;
    const answers = [];
    for (const document of [above, '0b8f9c1e-5c1a-4d4e-8f3e-000000000000']) {
      const json = { document, reason: REASON, hours: 1 };
      const { status, body } = await ask(house.url, '/api/break-glass', { method: 'POST', as: watch.sid, json });
      answers.push({ status, body: body.replace(/"requestId":"[^"]+"/, '') });
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(answers[1]).toEqual(answers[0]);
    expect((await watch.client.brokenGlass()).items.filter(({ review }) => review === null)).toEqual([]);
  });

  it('is for watch officers', async () => {
    await expect(opens(alliance.official)).rejects.toMatchObject(problem('not-permitted', 'rules'));
    await expect(opens(officer)).rejects.toMatchObject(problem('not-permitted', 'rules'));
    expect(await reads(alliance.official, narrow)).toBe(404);
  });

  it('takes a session that is stepped up, and never a token', async () => {
    const { house } = alliance;
    const sid = await house.openSession(watch.person, { steppedUp: false });
    const client = new ApiClient(house.url, sid);
    await expect(opens({ client })).rejects.toMatchObject(problem('not-permitted', 'a-session-that-is-stepped-up'));
    const { token } = await watch.client.issueToken({
      name: 'EXERCISE',
      scopes: ['access:write', 'me'],
      expiresInDays: 1,
    });
    const withToken = { client: new ApiClient(house.url, token) };
    await expect(opens(withToken)).rejects.toMatchObject(problem('not-permitted', 'a-session-that-is-stepped-up'));
  });

  it('is refused where one holds the need-to-know already', async () => {
    await opens(watch);
    await expect(opens(watch, { document: mixed })).rejects.toMatchObject(problem('conflict'));
  });

  it('is refused when three wait for a review, however many come at once', async () => {
    const { house, planner } = alliance;
    const documents = await Promise.all(
      ['A', 'B', 'C', 'D', 'E', 'F'].map(async (name) => {
        const text = aDocument().underBanner('NATO SECRET').titled(`(NS) EXERCISE ${name}`);
        return (
          await planner.client.importDocument(text.forThose('community:NDPP-STAFF', `community:X-${name}`).text())
        ).id;
      }),
    );
    const answers = await Promise.allSettled(documents.map((document) => opens(watch, { document })));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const each of answers)
      if (each.status === 'rejected')
        expect(each.reason).toMatchObject(problem('refused', 'three-that-nobody-has-reviewed'));
    expect(await asSuperuser(house, 'SELECT count(*)::int AS n FROM break_glass WHERE reviewed_at IS NULL')).toEqual([
      { n: 3 },
    ]);
  });

  it.each([0, 5, 1.5, -1])('is not for %p hours', async (hours) => {
    const json = { document: narrow, reason: REASON, hours };
    const { status } = await ask(alliance.house.url, '/api/break-glass', { method: 'POST', as: watch.sid, json });
    expect(status).toBe(400);
  });

  it('takes a reason that is not marked above its writer and is no copy of what stands higher', async () => {
    const { planner } = alliance;
    const marked = { text: REASON.text, mark: 'CTS' };
    await expect(opens(watch, { reason: marked })).rejects.toMatchObject(problem('not-permitted'));
    const text = 'EXERCISE The frigates will stay north of the strait until the mines are cleared in spring.';
    await planner.client.importDocument(
      aDocument().underBanner('NATO SECRET').titled('(NS) EXERCISE Orders').saying(`(NS) ${text}`).text(),
    );
    await expect(opens(watch, { reason: { text, mark: 'NR' } })).rejects.toMatchObject(
      problem('refused', 'no_write_down'),
    );
  });
});

describe('breaking glass, when it cannot be recorded', () => {
  it('is not done, and answers 503', async () => {
    const { house } = alliance;
    const url = house.databases.main('superuser');
    const refuses = {
      take: `CREATE FUNCTION no_glass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               IF NEW.thing_kind = 'BreakGlass' AND NEW.outcome = 'done' THEN RAISE EXCEPTION 'EXERCISE no space left' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
             CREATE TRIGGER no_glass BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_glass()`,
      giveBack: 'DROP TRIGGER no_glass ON audit_event; DROP FUNCTION no_glass()',
    };
    const json = { document: narrow, reason: REASON, hours: 1 };
    const { status, body } = await takenAway(url, [refuses], () =>
      ask(house.url, '/api/break-glass', { method: 'POST', as: watch.sid, json }),
    );
    expect([status, JSON.parse(body)]).toEqual([503, expect.objectContaining({ code: 'record-unavailable' })]);
    expect(await reads(watch, narrow)).toBe(404);
  });
});

describe('a review of what was opened', () => {
  it('says justified, and lets it run on', async () => {
    const { id } = await opens(watch);
    await officer.client.reviewBreakGlass(id, { justified: true, words: WORDS });
    expect(await reads(watch, narrow)).toHaveLength(2);
    expect(await one(watch, id)).toMatchObject({
      review: { justified: true, by: { person: officer.person }, words: { mark: '(NR)', text: WORDS.text } },
      ended: null,
    });
    await carryOut(alliance.house);
    expect((await watch.client.notifications())[0]).toMatchObject({ kind: 'access.reviewed', about: id });
  });

  it('says not justified, and ends it on the open session', async () => {
    const { id } = await opens(watch);
    expect(await reads(watch, narrow)).toHaveLength(2);
    await officer.client.reviewBreakGlass(id, { justified: false, words: WORDS });
    expect(await reads(watch, narrow)).toBe(404);
    expect(await one(officer, id)).toMatchObject({
      review: { justified: false },
      ended: { by: { person: officer.person } },
    });
  });

  it('is settled once, by a security officer who did not open it', async () => {
    const { id } = await opens(both);
    const command = { justified: true, words: WORDS };
    await expect(both.client.reviewBreakGlass(id, command)).rejects.toMatchObject(problem('not-permitted', 'rules'));
    await expect(watch.client.reviewBreakGlass(id, command)).rejects.toMatchObject(problem('not-found'));
    expect((await one(both, id))?.awaitsYourReview).toBe(false);
    await officer.client.reviewBreakGlass(id, command);
    await expect(officer.client.reviewBreakGlass(id, command)).rejects.toMatchObject(problem('conflict'));
    const { id: own } = await opens(watch);
    await expect(watch.client.reviewBreakGlass(own, command)).rejects.toMatchObject(problem('not-permitted', 'rules'));
  });

  it('stays open when it has ended by itself or by its opener', async () => {
    const { id } = await opens(watch);
    await watch.client.endBreakGlass(id);
    expect(await reads(watch, narrow)).toBe(404);
    await expect(watch.client.endBreakGlass(id)).rejects.toMatchObject(problem('conflict'));
    expect(await one(officer, id)).toMatchObject({
      ended: { by: { person: watch.person } },
      review: null,
      awaitsYourReview: true,
    });
  });

  it('may end it before, by a security officer and by nobody else', async () => {
    const { id } = await opens(watch);
    await expect(alliance.official.client.endBreakGlass(id)).rejects.toMatchObject(problem('not-found'));
    await officer.client.endBreakGlass(id);
    expect(await reads(watch, narrow)).toBe(404);
  });
});

describe('whoever captures the api', () => {
  const breaks = (who: Resident, under: number | null, document = narrow): Promise<string> =>
    api
      .as(who)
      .run<{ answer: { outcome: string } }>(`SELECT sec.break_glass($1, 'EXERCISE', $2, 1, 'request') AS answer`, [
        document,
        under,
      ])
      .then(([row]) => row!.answer.outcome);
  const protectionOf = async (who: Resident): Promise<number> =>
    (
      await api
        .as(who)
        .run<{ id: number }>(
          `SELECT sec.intern_protection('{"policy":"PUBLIC","classification":"UNMARKED","categories":[]}', ARRAY['everyone']) AS id`,
        )
    )[0]!.id;

  it('breaks no glass without its record, its alert and its open review', async () => {
    const { house } = alliance;
    const counts = `SELECT (SELECT count(*) FROM audit_event WHERE action = 'glass.open' AND outcome = 'done')::int AS recorded,
      (SELECT count(*) FROM outbox WHERE topic = 'access.break-glass')::int AS alerted,
      (SELECT count(*) FROM break_glass WHERE reviewed_at IS NULL)::int AS waiting, (SELECT count(*) FROM sec.lifted)::int AS lifted`;
    const [before] = await asSuperuser<Record<string, number>>(house, counts);
    expect(await breaks(watch, await protectionOf(watch))).toBe('done');
    const [after] = await asSuperuser<Record<string, number>>(house, counts);
    for (const name of ['recorded', 'alerted', 'waiting', 'lifted']) expect(after![name]! - before![name]!).toBe(1);
    expect(await reads(watch, narrow)).toHaveLength(2);
  });

  it('breaks none for who is no watch officer, is not stepped up, holds a token or is not cleared', async () => {
    const { house, official } = alliance;
    const under = await protectionOf(official);
    expect(await breaks(official, under)).toBe('not-permitted');
    const sid = await house.openSession(watch.person, { steppedUp: false });
    expect(await breaks({ ...watch, sid }, under)).toBe('not-permitted');
    const { token } = await watch.client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 });
    expect(await breaks({ ...watch, sid: token }, under)).toBe('not-permitted');
    expect(await breaks(watch, under, above)).toBe('absent');
    await expect(breaks(watch, null)).rejects.toMatchObject({ code: DENIED });
  });

  it('neither writes nor hides a row of it, and lifts nothing by hand', async () => {
    await opens(watch);
    for (const statement of [
      'UPDATE break_glass SET reviewed_at = now()',
      'DELETE FROM break_glass',
      `INSERT INTO break_glass (id, person_id, identity, document_id, until) VALUES (gen_random_uuid(), '${watch.person}', 'x', '${narrow}', now())`,
      'SELECT * FROM sec.lifted',
      `INSERT INTO sec.lifted (id, person_id, need_to_know, until) VALUES (gen_random_uuid(), '${watch.person}', '{everyone}', now())`,
      'SELECT document_id FROM break_glass',
      `SELECT sec.end_lifting('${narrow}', '${watch.person}')`,
      `SELECT sec.put_on_record('${watch.person}', 'x', 'x', '${narrow}', '${narrow}', '{}')`,
    ])
      expect(await api.as(watch).attempt(statement)).toBe(DENIED);
    expect(await api.as(alliance.official).run('SELECT id FROM break_glass')).toEqual([]);
    expect(await api.run('SELECT id FROM break_glass')).toEqual([]);
  });

  it('settles no review as its opener, and none in a session that is not a security officer’s', async () => {
    const { id } = await opens(both);
    const reviews = async (who: Resident): Promise<string> =>
      (
        await api
          .as(who)
          .run<{ answer: string }>(`SELECT sec.review_break_glass($1, true, 'EXERCISE', $2, 'request') AS answer`, [
            id,
            await protectionOf(who),
          ])
      )[0]!.answer;
    expect(await reviews(both)).toBe('not-permitted');
    expect(await reviews(watch)).toBe('absent');
    const { token } = await officer.client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 });
    expect(await reviews({ ...officer, sid: token })).toBe('not-permitted');
    expect(await reviews(officer)).toBe('done');
  });
});
