import type { BreakGlassView } from '#contracts';
import { ApiClient, type ApiProblem } from '#client';
import { enrolSecondFactorOf, oneTimeCode } from '#people';
import { asSuperuser } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { inSession } from '../support/in-session';
import { aPerson } from '../support/people';
import { type Mechanism, changedFunction, noTrigger, takenAway } from '../support/taken-away';

/* Broken glass opens nothing beyond the conditions under which it was broken: a stepped-up session of somebody who is a watch officer. */
const REASON = { text: 'EXERCISE Ships are missing, and the duty desk must know who is near.', mark: 'NR' };
const WORDS = { text: 'EXERCISE The emergency was one.', mark: 'NR' };
const NEED = 'community:NDPP-STAFF';

let alliance: AllianceHouse;
let url: string;
let watch: Resident;
let officer: Resident;
/** SECRET, for the planners alone. */
let narrow: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner } = alliance;
  url = house.databases.main('superuser');
  ({ watch, officer } = await house.enrol({
    watch: aPerson('watch.one').clearedTo('SECRET').inRole('watch-officer'),
    officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
  }));
  const paper = aDocument().forThose(NEED).underBanner('NATO SECRET').titled('(NS) EXERCISE Positions');
  narrow = (await planner.client.importDocument(paper.text())).id;
});
afterAll(() => alliance.house.close());
afterEach(async () => {
  const { house } = alliance;
  await asSuperuser(house, 'UPDATE sec.lifted SET ended_at = now() WHERE ended_at IS NULL');
  await asSuperuser(
    house,
    'UPDATE break_glass SET reviewed_at = now(), reviewed_by = $1, justified = true, ended_at = coalesce(ended_at, now())',
    [officer.person],
  );
});

const opens = () => watch.client.breakGlass({ document: narrow, reason: REASON, hours: 4 });
const reads = ({ client }: { readonly client: ApiClient }): Promise<number> =>
  client.document(narrow).then(
    () => 200,
    (error: unknown) => (error as ApiProblem).problem.status,
  );
/** What row-level security shows by itself. */
const shown = ({ sid }: { readonly sid: string }): Promise<number> =>
  inSession(
    alliance.house,
    sid,
    async (sql) => (await sql.rows('SELECT id FROM document WHERE id = $1', [narrow])).length,
  );
const clientOf = (sid: string) => ({ sid, client: new ApiClient(alliance.house.url, sid) });
const plainSession = async () => clientOf(await alliance.house.openSession(watch.person, { steppedUp: false }));
const tokenOf = async () => {
  const asked = { name: 'EXERCISE', scopes: ['documents:read', 'me'] as const, expiresInDays: 1 };
  return clientOf((await watch.client.issueToken({ ...asked, scopes: [...asked.scopes] })).token);
};
const theOne = async (who: Resident, id: string): Promise<BreakGlassView | undefined> =>
  (await who.client.brokenGlass()).items.find((each) => each.id === id);

/** States the watch officer anew, in these roles, as two officers sign it and the registrar takes it. */
async function nowInRoles(...roles: string[]): Promise<void> {
  const { house } = alliance;
  const { person, identity, office } = watch;
  await house.authority.person({ person, identity, office, roles }, { issuedAt: new Date().toISOString() });
  await house.admit();
}

describe('what broken glass lifts', () => {
  it('is read in every session of its opener that is stepped up', async () => {
    await opens();
    const other = clientOf(await alliance.house.openSession(watch.person));
    expect([await reads(watch), await reads(other), await shown(other)]).toEqual([200, 200, 1]);
  });

  it.each<[string, () => Promise<{ sid: string; client: ApiClient }>]>([
    ['a session that knows a password alone', plainSession],
    ['a token', tokenOf],
  ])('is not read with %s, opened before or after', async (_name, begin) => {
    const before = await begin();
    expect(await reads(before)).toBe(404);
    await opens();
    for (const who of [before, await begin()]) {
      expect([await reads(who), await shown(who)]).toEqual([404, 0]);
      expect((await who.client.documents({ count: true })).items.map(({ id }) => id)).not.toContain(narrow);
    }
    expect(await reads(watch)).toBe(200);
  });

  it('is read from the code on, and no longer than the session is stepped up', async () => {
    const { house } = alliance;
    const { secret } = await enrolSecondFactorOf(await house.as('registrar'), {
      personId: watch.person,
      label: 'watch',
    });
    // Whoever is given a second factor loses every session; this one is put back for the tests that follow.
    const sid = await house.openSession(watch.person);
    watch = { ...watch, ...clientOf(sid) };
    await opens();
    const plain = await plainSession();
    expect(await reads(plain)).toBe(404);
    await plain.client.stepUp(oneTimeCode(secret, new Date()));
    expect([await reads(plain), await shown(plain)]).toEqual([200, 1]);
    await asSuperuser(
      house,
      `UPDATE sec.session SET stepped_up_until = now(), bitmap_until = least(bitmap_until, now())
        WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`,
      [plain.sid],
    );
    expect([await shown(plain), await reads(plain)]).toEqual([0, 404]);
    expect(await reads(watch)).toBe(200);
  });

  it('is nothing that a signature, or a notice, may rest on', async () => {
    await opens();
    const asked =
      'SELECT sec.person_covers($1, p) AS covered FROM document d JOIN protection p ON p.id = d.protection_id WHERE d.id = $2';
    const covered = async (person: string) => (await asSuperuser(alliance.house, asked, [person, narrow]))[0];
    expect(await covered(watch.person)).toEqual({ covered: false });
    expect(await covered(alliance.planner.person)).toEqual({ covered: true });
  });

  it('is a reason of the decision, which says for which session it counts', async () => {
    await opens();
    const decided = async (steppedUp: boolean) => {
      const asked = { person: watch.person, document: narrow, action: 'read' as const, steppedUp };
      const { effect, checks } = await officer.client.examineDecision(asked);
      return [effect, checks.find(({ rule }) => rule === 'need-to-know')];
    };
    const have = expect.stringContaining('lifted by break-glass, for a session that is stepped up') as string;
    const check = { rule: 'need-to-know', need: NEED, have };
    expect(await decided(true)).toEqual(['permit', { ...check, outcome: true }]);
    expect(await decided(false)).toEqual(['deny', { ...check, outcome: false }]);
  });

  it('no row can say that a token is stepped up', async () => {
    const { sid } = await tokenOf();
    const claimed = `UPDATE sec.session SET stepped_up_until = now() + interval '1 hour' WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`;
    await expect(asSuperuser(alliance.house, claimed, [sid])).rejects.toThrow(/only_sessions_are_stepped_up/);
  });
});

describe('whoever is a watch officer no more', () => {
  afterEach(() => nowInRoles('watch-officer'));

  it('reads none of it from the next request on, and the review stays open', async () => {
    const { id } = await opens();
    expect(await reads(watch)).toBe(200);
    await nowInRoles('planner');
    expect([await shown(watch), await reads(watch)]).toEqual([0, 404]);
    const ended = { at: expect.any(String) as string, by: null };
    expect(await theOne(watch, id)).toMatchObject({ ended, review: null });
    expect(await theOne(officer, id)).toMatchObject({ ended, awaitsYourReview: true });
    await officer.client.reviewBreakGlass(id, { justified: false, words: WORDS });
    expect(await theOne(officer, id)).toMatchObject({ ended, review: { justified: false } });
  });

  it('reads none of it either when they are one again', async () => {
    const { id } = await opens();
    const [{ until }] = (await asSuperuser<{ until: Date }>(
      alliance.house,
      'SELECT until FROM break_glass WHERE id = $1',
      [id],
    )) as [{ until: Date }];
    await nowInRoles();
    await nowInRoles('watch-officer');
    expect(until.getTime()).toBeGreaterThan(Date.now());
    expect([await reads(watch), await shown(watch)]).toEqual([404, 0]);
    await expect(officer.client.endBreakGlass(id)).rejects.toMatchObject({ problem: { code: 'conflict' } });
  });

  it('keeps it through a statement that changes something else', async () => {
    const { id } = await opens();
    await nowInRoles('watch-officer', 'planner');
    expect([await reads(watch), (await theOne(watch, id))?.ended]).toEqual([200, null]);
  });

  it('reads none of what they broke while the role was being taken away', async () => {
    // As it lies there when the breaking has committed and the statement did not see it.
    await nowInRoles();
    await asSuperuser(
      alliance.house,
      `INSERT INTO sec.lifted (id, person_id, need_to_know, until) VALUES (gen_random_uuid(), $1, ARRAY[$2], now() + interval '1 hour')`,
      [watch.person, NEED],
    );
    expect([await shown(watch), await reads(watch)]).toEqual([0, 404]);
  });
});

describe('taken away, each is seen', () => {
  afterEach(() => nowInRoles('watch-officer'));
  const changed = (signature: string, part: string, instead: string) => changedFunction(url, signature, part, instead);
  /** What was remembered is forgotten once the mechanism is out, and once it is back. */
  const without = async <Answer>(mechanism: Mechanism, asked: () => Promise<Answer>): Promise<Answer> => {
    const forget = 'UPDATE sec.session SET bitmap = NULL';
    return takenAway(url, [{ take: forget, giveBack: forget }, mechanism, { take: forget, giveBack: forget }], asked);
  };

  it('assurance, in what the database counts', async () => {
    await opens();
    const plain = await plainSession();
    const rights = await changed('sec.bitmap_of(uuid,int,boolean)', 'WHERE coalesce(assured, false)', 'WHERE true');
    expect(await without(rights, () => shown(plain))).toBe(1);
    // The database would show it; the decision of the process still does not.
    expect(await without(rights, () => reads(plain))).toBe(404);
    expect(await shown(plain)).toBe(0);
  });

  it('the role, in what the database counts', async () => {
    await opens();
    const [role, trigger] = [
      await changed('sec.lifted_of(uuid)', `AND 'watch-officer' = ANY (p.roles)`, ''),
      noTrigger('person', 'end_glass_with_the_role'),
    ];
    const lost = async () => {
      await nowInRoles();
      return [await shown(watch), await reads(watch)];
    };
    expect(await takenAway(url, [role, trigger], lost)).toEqual([1, 200]);
  });

  it('the end with the role: it would open again with it', async () => {
    await opens();
    const regained = async () => {
      await nowInRoles();
      await nowInRoles('watch-officer');
      return reads(watch);
    };
    expect(await takenAway(url, [noTrigger('person', 'end_glass_with_the_role')], regained)).toBe(200);
  });
});
