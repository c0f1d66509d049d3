import { ApiClient } from '#client';
import { asSuperuser, carryOut } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import type { Resident } from '../support/house';
import { ask } from '../support/http';
import { aPerson } from '../support/people';
import { SecondFactorOf } from '../support/second-factor';
import { takenAway } from '../support/taken-away';

/* Whoever holds a password and no second factor tries codes. They get few, somebody is told, and then there is nothing left to guess. */
let alliance: AllianceHouse;
let officer: Resident;
let second: Resident;
let person: string;
let factor: SecondFactorOf;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ officer, second } = await alliance.house.enrol({
    officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
    second: aPerson('security.two').inRole('security-officer'),
  }));
  ({ person } = alliance.requester);
  factor = new SecondFactorOf(alliance.house, person);
});
afterAll(() => alliance.house.close());
beforeEach(async () => {
  await factor.enrol();
  await asSuperuser(alliance.house, 'UPDATE outbox SET done_at = now() WHERE done_at IS NULL');
  await asSuperuser(alliance.house, 'DELETE FROM notification');
});

const noted = async ({ client }: Resident, kind: string) =>
  (await client.notifications()).filter((each) => each.kind === kind);

describe('after ten codes that were wrong', () => {
  it.each([
    [10, 1],
    [20, 2],
    [40, 8],
    [50, 16],
    [90, 256],
  ])('and so after %i, none is taken for %i minutes', async (failures, minutes) => {
    const { sid } = await factor.signedIn();
    await factor.afterFailures(failures - 1);
    expect(await factor.outcome(sid, factor.wrong())).toBe('wrong-code');
    expect(await factor.standing()).toEqual({ failures, minutes });
  });

  it.each([1, 9, 11, 19])('but after %i the next is taken at once', async (failures) => {
    const { sid } = await factor.signedIn();
    await factor.afterFailures(failures - 1);
    await factor.tries(sid, factor.wrong());
    expect(await factor.standing()).toEqual({ failures, minutes: null });
    expect(await factor.outcome(sid, factor.right())).toBe('stepped up');
  });

  it('the tenth may be the right one, and all of them are forgotten', async () => {
    const { sid } = await factor.signedIn();
    await factor.afterFailures(9);
    expect(await factor.outcome(sid, factor.right())).toBe('stepped up');
    expect(await factor.standing()).toEqual({ failures: 0, minutes: null });
  });

  it('in the pause a wrong, the right and a used code are one answer, and nothing is counted or used up', async () => {
    const { sid } = await factor.signedIn();
    const used = factor.right();
    expect(await factor.outcome(sid, used)).toBe('stepped up');
    await asSuperuser(alliance.house, 'UPDATE sec.second_factor SET last_step = last_step - 10');
    const right = factor.right();
    const refused = await factor.tries(sid, factor.wrong());
    await factor.afterFailures(9);
    await factor.tries(sid, factor.wrong());
    const answers = [
      await factor.tries(sid, factor.wrong()),
      await factor.tries(sid, right),
      await factor.tries(sid, used),
    ];
    expect(answers).toEqual([refused, refused, refused]);
    expect(refused).toMatchObject({ status: 403, body: { code: 'wrong-code' } });
    expect(refused.headers).not.toContain('retry-after');
    expect(await factor.standing()).toEqual({ failures: 10, minutes: 1 });
    await factor.afterFailures(10);
    expect(await factor.outcome(sid, right)).toBe('stepped up');
    // A code that was used stays used.
    expect(await factor.outcome(sid, right)).toBe('wrong-code');
  });

  it('they are counted whatever session they come from, and however many come at once', async () => {
    const sessions = [await factor.signedIn(), await factor.signedIn(), await factor.signedIn()];
    const wrong = factor.wrong();
    const at = Array.from({ length: 24 }, (_none, n) => factor.outcome(sessions[n % 3]!.sid, wrong));
    expect(new Set(await Promise.all(at))).toEqual(new Set(['wrong-code']));
    expect(await factor.standing()).toEqual({ failures: 10, minutes: 1 });
    const { sid } = await factor.signedIn();
    expect(await factor.outcome(sid, factor.right())).toBe('wrong-code');
  });
});

describe('at thirty', () => {
  it('every security officer is told whose codes are guessed, once, and it is on the record', async () => {
    const { house, auditor, requester } = alliance;
    const { sid, client } = await factor.signedIn();
    const kind = 'access.codes-guessed';
    for (const failures of [28, 29, 30, 31]) {
      await factor.afterFailures(failures);
      await factor.tries(sid, factor.wrong());
      await carryOut(house);
      const told = failures < 29 ? [] : [expect.objectContaining({ about: requester.person, case: null })];
      for (const each of [officer, second]) expect(await noted(each, kind)).toEqual(told);
    }
    expect((await client.notifications()).filter((each) => each.kind === kind)).toEqual([]);
    const { items } = await auditor.client.events({ person, outcome: 'refused' });
    expect(items.find(({ action }) => action === 'session.codes-guessed')).toMatchObject({
      thing: { kind: 'Person', id: person },
      details: { codes: 30 },
    });
    expect(await house.seal()).toBeGreaterThan(0);
  });

  it.each([
    ['thirty of a day, however often the right one came in between', '23 hours', 1],
    ['those of another day are not counted with them', '25 hours', 0],
  ])('%s', async (_name, ago, told) => {
    const { house } = alliance;
    const kind = 'access.codes-guessed';
    const { sid } = await factor.signedIn();
    await asSuperuser(
      house,
      'UPDATE sec.second_factor SET day_failures = 29, day_from = now() - $2::interval WHERE person_id = $1',
      [person, ago],
    );
    expect(await factor.outcome(sid, factor.wrong())).toBe('wrong-code');
    expect(await factor.outcome(sid, factor.right())).toBe('stepped up');
    await carryOut(house);
    expect(await noted(officer, kind)).toHaveLength(told);
    // And once a day.
    expect(await factor.outcome(sid, factor.wrong())).toBe('wrong-code');
    expect((await factor.standing()).failures).toBe(1);
    await carryOut(house);
    expect(await noted(officer, kind)).toHaveLength(told);
  });

  it('the note is there for security officers alone, and no longer than they are such', async () => {
    const { house } = alliance;
    const kind = 'access.codes-guessed';
    await factor.afterFailures(29);
    await factor.tries((await factor.signedIn()).sid, factor.wrong());
    await carryOut(house);
    const given = 'UPDATE notification SET person_id = $1 WHERE person_id = $2';
    await asSuperuser(house, given, [alliance.official.person, second.person]);
    expect(await noted(alliance.official, kind)).toEqual([]);
    const roles = (held: string) =>
      asSuperuser(house, 'UPDATE person SET roles = $2 WHERE id = $1', [officer.person, held]);
    expect(await noted(officer, kind)).toHaveLength(1);
    await roles('{}');
    expect(await noted(officer, kind)).toEqual([]);
    await roles('{security-officer}');
  });

  it('when it cannot be recorded nothing is judged, the right code either', async () => {
    const { house } = alliance;
    const { sid } = await factor.signedIn();
    await factor.afterFailures(29);
    const refuses = {
      take: `CREATE FUNCTION no_record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               IF NEW.action = 'session.codes-guessed' THEN RAISE EXCEPTION 'EXERCISE no space left' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
             CREATE TRIGGER no_record BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_record()`,
      giveBack: 'DROP TRIGGER no_record ON audit_event; DROP FUNCTION no_record()',
    };
    const answer = await takenAway(house.databases.main('superuser'), [refuses], () =>
      factor.tries(sid, factor.right()),
    );
    expect(answer).toMatchObject({ status: 503, body: { code: 'record-unavailable' } });
    expect((await factor.standing()).failures).toBe(29);
    expect((await new ApiClient(house.url, sid).me()).steppedUpUntil).toBeNull();
  });
});

describe('at a hundred', () => {
  it('every session and token ends, no code is taken any more, and every security officer is told', async () => {
    const { house, auditor } = alliance;
    const { sid, client } = await factor.signedIn();
    const other = await factor.signedIn();
    const { token } = await client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 });
    const refused = await factor.tries(sid, factor.wrong());
    await factor.afterFailures(99);
    // The hundredth is not judged: it is refused as the others were, although it is right.
    expect(await factor.tries(sid, factor.right())).toEqual(refused);
    for (const each of [sid, other.sid, token])
      expect((await ask(house.url, '/api/me', { as: each })).status).toBe(401);
    await carryOut(house);
    for (const each of [officer, second])
      expect(await noted(each, 'access.codes-ended')).toEqual([expect.objectContaining({ about: person })]);
    const { items } = await auditor.client.events({ person, outcome: 'done' });
    expect(items.find(({ action }) => action === 'session.codes-ended')).toMatchObject({ details: { codes: 100 } });

    const again = await factor.signedIn();
    for (const code of [factor.wrong(), factor.right()]) expect(await factor.tries(again.sid, code)).toEqual(refused);
    expect((await again.client.me()).steppedUpUntil).toBeNull();
    await factor.enrol();
    expect(await factor.outcome((await factor.signedIn()).sid, factor.right())).toBe('stepped up');
  });
});
