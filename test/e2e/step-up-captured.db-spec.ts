import { asSuperuser, carryOut } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import type { Resident } from '../support/house';
import { inSession } from '../support/in-session';
import { aPerson } from '../support/people';
import { SecondFactorOf } from '../support/second-factor';
import { changedFunction, takenAway } from '../support/taken-away';

/* Whoever captures the api runs SQL of their own with somebody's session: each code that they try is counted all the same. */
let alliance: AllianceHouse;
let officer: Resident;
let person: string;
let factor: SecondFactorOf;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ officer } = await alliance.house.enrol({ officer: aPerson('security.one').inRole('security-officer') }));
  ({ person } = alliance.requester);
  factor = new SecondFactorOf(alliance.house, person);
});
afterAll(() => alliance.house.close());
beforeEach(() => factor.enrol());

describe('whoever captures the api', () => {
  const STEPPED_UP = expect.any(Date) as Date;
  const offered = async (sid: string, code: string) => {
    const api = await alliance.house.as('api');
    await api.run({ sid }, (tx) => tx.rows('SELECT sec.offer_code($1)', [code]));
  };
  /** What the database makes of a code; the judgement is rolled back. */
  const judged = (sid: string, code: string): Promise<unknown> =>
    inSession(
      alliance.house,
      sid,
      async (sql) => (await sql.rows<{ until: unknown }>('SELECT sec.step_up($1) AS until', [code]))[0]?.until,
    );
  const atOnce = (sid: string): Promise<unknown> =>
    inSession(alliance.house, sid, async (sql) => {
      const right = factor.right();
      await sql.rows('SAVEPOINT tried');
      await sql.rows('SELECT sec.offer_code($1)', [right]);
      return (await sql.rows<{ until: unknown }>('SELECT sec.step_up($1) AS until', [right]))[0]?.until;
    });

  it('has nothing judged that is not counted for good: not what it offers and rolls back', async () => {
    const { sid } = await factor.signedIn();
    expect(await judged(sid, factor.right())).toBeNull();
    expect(await atOnce(sid)).toBeNull();
    expect(await factor.standing()).toMatchObject({ failures: 0 });
    const url = alliance.house.databases.main('superuser');
    const later = await changedFunction(url, 'sec.step_up(text)', 'AND offered_in <> pg_current_xact_id()', '');
    expect(await takenAway(url, [later], () => atOnce(sid))).toEqual(STEPPED_UP);
  });

  it('pays for each code: one that is offered is judged alone, in the session that offered it', async () => {
    const [{ sid }, other] = [await factor.signedIn(), await factor.signedIn()];
    const [wrong, right] = [factor.wrong(), factor.right()];
    await offered(sid, wrong);
    expect([await judged(sid, wrong), await judged(sid, right)]).toEqual([null, null]);
    await offered(sid, right);
    expect([await judged(other.sid, right), await judged(sid, right)]).toEqual([null, STEPPED_UP]);
    expect(await factor.standing()).toMatchObject({ failures: 2 });
  });

  it('gains no other chance by waiting: a code is judged for the moment of its offer, and a minute long', async () => {
    const { sid } = await factor.signedIn();
    // The code of a later step than that of its offer, which it was waited for: right at this moment.
    const waited = factor.right(30);
    await offered(sid, waited);
    await asSuperuser(alliance.house, `UPDATE sec.session SET offered_at = offered_at - interval '50 seconds'`);
    expect(await judged(sid, waited)).toBeNull();
    const url = alliance.house.databases.main('superuser');
    const atAnyTime = await changedFunction(url, 'sec.step_up(text)', 'FROM held.offered_at', 'FROM now()');
    expect(await takenAway(url, [atAnyTime], () => judged(sid, waited))).toEqual(STEPPED_UP);
    const right = factor.right();
    await offered(sid, right);
    await asSuperuser(alliance.house, `UPDATE sec.session SET offered_at = offered_at - interval '61 seconds'`);
    expect(await judged(sid, right)).toBeNull();
  });

  it('neither reads what is offered nor takes back what is counted', async () => {
    const { sid } = await factor.signedIn();
    await offered(sid, factor.wrong());
    for (const statement of [
      'SELECT offered_code FROM sec.session',
      'UPDATE sec.second_factor SET failures = 0',
      `SELECT sec.alert_of_guessing('${person}', 'x', 'done', 1)`,
    ]) {
      const refusal = await inSession(alliance.house, sid, async (sql) => (await sql.attempt(statement)).refused);
      expect(refusal).toMatch(/permission denied/);
    }
  });

  it('alerts nobody of somebody whose codes nobody guesses', async () => {
    const { house, planner } = alliance;
    const api = await house.as('api');
    await api.run({ sid: planner.sid }, (tx) =>
      tx.rows(
        `INSERT INTO outbox (id, topic, payload) VALUES (gen_random_uuid(), 'access.codes-guessed', jsonb_build_object('about', $1::text))`,
        [person],
      ),
    );
    await carryOut(house);
    expect((await officer.client.notifications()).filter(({ about }) => about === person)).toEqual([]);
  });
});
