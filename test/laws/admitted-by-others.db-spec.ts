import { randomUUID } from 'node:crypto';
import { DAY, asSuperuser, inTime } from '../support/admission';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { aDocument } from '../support/documents';
import type { Resident } from '../support/house';
import { inSession } from '../support/in-session';
import { aPerson } from '../support/people';
import { type Mechanism, changedFunction, openedPolicy, takenAway } from '../support/taken-away';

/*
 * no_read_up and distinct_humans, where people ask to be let in and break glass: whoever captures the api with live sessions lifts no
 * clearance, settles nothing for somebody else, and learns nothing of what others ask. Each check fails when its mechanism is gone.
 */
const LIST = 'KESTREL';
const READ_IN = 'EXERCISE What is on this list is told to nobody who is not on it.';
const WORDS = { text: 'EXERCISE To draft the winter plan.', mark: 'NR' };

let alliance: AllianceHouse;
let url: string;
let watch: Resident;
let busy: Resident;
let both: Resident;
let narrow: string;
let above: string;
let request: string;
let own: string;
let openProtection: number;
let topProtection: number;
let notSteppedUp: string;
let token: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  const { house, planner, releaseOfficer, official } = alliance;
  url = house.databases.main('superuser');
  ({ watch, busy, both } = await house.enrol({
    watch: aPerson('watch.one').clearedTo('SECRET').inRole('watch-officer'),
    busy: aPerson('watch.two').clearedTo('SECRET').inRole('watch-officer'),
    both: aPerson('watch.and.security').clearedTo('SECRET').inRole('watch-officer', 'security-officer'),
    officer: aPerson('security.one').clearedTo('SECRET').inRole('security-officer'),
  }));
  await house.authority.accessList({ list: LIST, approvers: [releaseOfficer.person], readIn: READ_IN });
  await house.admit();
  const forStaff = () => aDocument().forThose('community:NDPP-STAFF');
  narrow = (await planner.client.importDocument(forStaff().underBanner('NATO SECRET').titled('(NS) EXERCISE A').text()))
    .id;
  above = (await planner.client.importDocument(forStaff().titled('(CTS) EXERCISE B').text())).id;
  request = await official.client.requestAccess({ list: LIST, purpose: WORDS, until: inTime(DAY) });
  own = await opened(both);
  for (let n = 0; n < 3; n++) await opened(busy);
  openProtection = await protectionOf(alliance.official, 'PUBLIC', 'UNMARKED', 'everyone');
  topProtection = await protectionOf(planner, 'NATO', 'TOP SECRET', 'community:NDPP-STAFF');
  notSteppedUp = await house.openSession(watch.person, { steppedUp: false });
  ({ token } = await watch.client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 }));
});
afterAll(() => alliance.house.close());

/** Glass that somebody has broken, and nobody has reviewed. */
async function opened({ person, identity }: Resident): Promise<string> {
  const id = randomUUID();
  await asSuperuser(
    alliance.house,
    `INSERT INTO break_glass (id, person_id, identity, document_id, until) VALUES ($1, $2, $3, $4, now() + interval '1 hour')`,
    [id, person, identity, narrow],
  );
  return id;
}

async function protectionOf({ sid }: Resident, policy: string, classification: string, token: string): Promise<number> {
  const categories = policy === 'PUBLIC' ? [] : [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }];
  const label = JSON.stringify({ policy, classification, categories });
  const api = await alliance.house.as('api');
  const [row] = await api.run({ sid }, async (tx) => {
    await tx.rows('SELECT sec.enter($1)', [sid]);
    return tx.rows<{ id: number }>('SELECT sec.intern_protection($1, $2) AS id', [label, [token]]);
  });
  return row!.id;
}

/** What a function answers, or the refusal of the database; whatever it did is undone. */
const answer = ({ sid }: { readonly sid: string }, sql: string, parameters: readonly unknown[]): Promise<unknown> =>
  inSession(alliance.house, sid, async (api) => {
    const { rows, refused } = await api.attempt(`SELECT ${sql} AS answer`, parameters);
    return refused === undefined ? rows[0]?.['answer'] : 'refused';
  });
const seen = ({ sid }: { readonly sid: string }, table: string): Promise<number> =>
  inSession(alliance.house, sid, async (api) => (await api.rows(`SELECT 1 FROM ${table}`)).length);
const breaks = (who: { readonly sid: string }, document = narrow): Promise<unknown> =>
  answer(who, `sec.break_glass($1, 'EXERCISE', $2, 1, 'request') ->> 'outcome'`, [document, openProtection]);
const settles = (who: Resident, verdict: string): Promise<unknown> =>
  answer(who, `sec.settle_request($1, $2, 'EXERCISE', $3)`, [request, verdict, openProtection]);

interface Rule {
  /** What holds, as an answer; and that answer. */
  readonly asked: () => Promise<unknown>;
  readonly expected: unknown;
  readonly mechanism: () => Promise<Mechanism>;
}

const changed = (signature: string, part: string, replacement: string) => () =>
  changedFunction(url, signature, part, replacement);
const BREAK = 'sec.break_glass(uuid,text,integer,integer,text)';
const SETTLE = 'sec.settle_request(uuid,text,text,integer)';
const REVIEW = 'sec.review_break_glass(uuid,boolean,text,integer,text)';

const RULES: Readonly<Record<string, Rule>> = {
  'break-glass lifts no clearance': {
    asked: () => breaks(watch, above),
    expected: 'absent',
    mechanism: changed(BREAK, 'AND sec.clearance_covers(c.policy, c.classifications, c.categories, closed.label)', ''),
  },
  'only a watch officer breaks glass': {
    asked: () => breaks(alliance.official),
    expected: 'not-permitted',
    mechanism: changed(BREAK, `AND 'watch-officer' = ANY (p.roles)`, ''),
  },
  'only a session that is stepped up breaks glass': {
    asked: () => breaks({ sid: notSteppedUp }),
    expected: 'not-permitted',
    mechanism: changed(BREAK, 'AND s.stepped_up_until > now()', ''),
  },
  'no token breaks glass': {
    asked: () => breaks({ sid: token }),
    expected: 'not-permitted',
    mechanism: changed(BREAK, `AND s.kind = 'session' AND s.stepped_up_until > now()`, ''),
  },
  'three wait for a review at most': {
    asked: () => breaks(busy),
    expected: 'too-many',
    mechanism: changed(BREAK, '>= 3', '>= 30'),
  },
  'nobody reviews what they opened': {
    asked: () => answer(both, `sec.review_break_glass($1, true, 'EXERCISE', $2, 'request')`, [own, openProtection]),
    expected: 'not-permitted',
    mechanism: async () => {
      const [id, human] = [
        'reviewer.id = opened.person_id',
        'sec.human_of(reviewer.identity) = sec.human_of(opened.identity)',
      ];
      const { take, giveBack } = await changedFunction(url, REVIEW, id, 'false');
      return { take: take.replace(human, 'false'), giveBack };
    },
  },
  'only those who may review see what others opened': {
    asked: () => seen(alliance.official, 'break_glass'),
    expected: 0,
    mechanism: () => openedPolicy(url, 'break_glass', 'own_or_reviewed'),
  },
  'a request is settled by nobody but its list’s approvers and its maker': {
    asked: () => settles(alliance.requester, 'refused'),
    expected: 'absent',
    mechanism: changed(SETTLE, 'OR NOT sec.session_knows_request(settled.list, settled.person_id)', ''),
  },
  'a request is settled as granted by nobody': {
    asked: () => settles(alliance.releaseOfficer, 'closed'),
    expected: 'not-permitted',
    mechanism: changed(SETTLE, `verdict NOT IN ('refused', 'withdrawn')`, 'false'),
  },
  'nobody refuses, or lets lapse, what they asked themselves': {
    asked: () => settles(alliance.official, 'refused'),
    expected: 'not-permitted',
    mechanism: changed(SETTLE, `OR (verdict = 'withdrawn') <> (settled.person_id = settler)`, ''),
  },
  'a request is seen by its list’s approvers and its maker alone': {
    asked: () => seen(alliance.requester, 'access_request'),
    expected: 0,
    mechanism: () => openedPolicy(url, 'access_request', 'own_or_approved'),
  },
  'the words of a request are read by those whom they were written for': {
    asked: () => seen(alliance.requester, 'access_words'),
    expected: 0,
    mechanism: () => openedPolicy(url, 'access_words', 'held'),
  },
  'nobody writes under what they do not hold': {
    asked: () =>
      answer(alliance.germany, `sec.request_access('${LIST}', now() + interval '1 day', 'EXERCISE', $1)`, [
        topProtection,
      ]),
    expected: 'refused',
    mechanism: changed('sec.put_words(uuid,text,text,integer)', 'NOT sec.session_covers(named)', 'false'),
  },
  'nobody asks for longer than the list allows': {
    asked: () =>
      answer(
        alliance.germany,
        `sec.request_access('${LIST}', now() + interval '91 days', 'EXERCISE', $1) ->> 'outcome'`,
        [openProtection],
      ),
    expected: 'too-long',
    mechanism: changed(
      'sec.request_access(text,timestamp with time zone,text,integer)',
      'asked.longest_days)',
      'asked.longest_days + 1)',
    ),
  },
  'what is read in is for those who are let in': {
    asked: () => answer(alliance.germany, `sec.read_in_of('${LIST}')`, []),
    expected: null,
    mechanism: changed('sec.read_in_of(text)', 'sec.session_approves(wanted)', 'true'),
  },
};

describe('whoever captures the api and holds live sessions', () => {
  it.each(Object.entries(RULES))('%s', async (_name, { asked, expected, mechanism }) => {
    expect(await asked()).toEqual(expected);
    expect(await takenAway(url, [await mechanism()], asked)).not.toEqual(expected);
  });

  it.each([
    ['its record', 'PERFORM sec.put_on_record', '-- ', 'recorded'],
    ['its alert', `'access.break-glass'`, `'access.nothing'`, 'alerted'],
  ])('breaks no glass without %s', async (_what, part, instead, counted) => {
    const { house } = alliance;
    const counts = `SELECT (SELECT count(*)::int FROM audit_event WHERE action = 'glass.open' AND outcome = 'done') AS recorded,
                           (SELECT count(*)::int FROM outbox WHERE topic = 'access.break-glass') AS alerted`;
    const added = async (): Promise<number> => {
      const [before] = await asSuperuser<Record<string, number>>(house, counts);
      await watch.client.breakGlass({ document: narrow, reason: WORDS, hours: 1 });
      await asSuperuser(house, 'UPDATE sec.lifted SET ended_at = now()');
      await asSuperuser(
        house,
        'UPDATE break_glass SET reviewed_at = now(), reviewed_by = person_id, justified = true WHERE person_id = $1',
        [watch.person],
      );
      const [after] = await asSuperuser<Record<string, number>>(house, counts);
      return after![counted]! - before![counted]!;
    };
    expect(await added()).toBe(1);
    const silent = await changedFunction(url, BREAK, part, instead);
    expect(await takenAway(url, [silent], added)).toBe(0);
  });
});
