import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { type AccessRules, shippedRules } from '#access';
import { ApiProblem } from '#client';
import type { SignedStatement } from '#signing';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../support/alliance';
import type { House, Resident } from '../support/house';
import { aPerson } from '../support/people';

const EXERCISE: AccessRules = {
  ...shippedRules,
  version: 'exercise-1',
  rules: [
    ...shippedRules.rules,
    { id: 'planners-only-write', roles: ['planner'], action: 'read', subject: 'Document', inverted: true },
    { id: 'reviewers-import', roles: ['disclosure-reviewer'], action: 'import', subject: 'Document' },
  ],
};

let alliance: AllianceHouse;
let house: House;
let officer: Resident;
let document: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  house = alliance.house;
  ({ officer } = await house.enrol({ officer: aPerson('security').inRole('security-officer') }));
  document = (await alliance.planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text())).id;
});
afterAll(() => house.close());

/** Hands an instrument in through the api and lets the registrar judge it. */
async function handIn(statement: SignedStatement): Promise<{ state: string; fault: string | null }> {
  const id = await officer.client.submitInstrument(statement);
  await house.settle();
  return officer.client.instrumentState(id);
}

const reads = (who: Resident): Promise<boolean> =>
  who.client.document(document).then(
    () => true,
    () => false,
  );

const problemOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => (error as ApiProblem).problem,
  );

describe('rules are data', () => {
  it('everybody reads those in force: at first the ones that the product ships with', async () => {
    expect(await alliance.stranger.client.rules()).toEqual({
      version: shippedRules.version,
      since: null,
      rules: shippedRules,
    });
  });

  it('they are checked against their schema and the worlds that stand beside them', async () => {
    const world: unknown = parse(readFileSync('libs/access/src/rules/worlds/documents-and-cases.yaml', 'utf8'));
    const { client } = officer;
    expect(await client.checkRules(shippedRules, [world])).toMatchObject({ ok: true, faults: [], differences: [] });
    const broken = await client.checkRules(EXERCISE, [world]);
    expect(broken.ok).toBe(false);
    expect(broken.differences.map(({ by }) => by)).toContain('planners-only-write');
    const misspelt = { version: 'x', rules: [{ id: 'x', roles: ['*'], action: 'reed', subject: 'Document' }] };
    expect(await client.checkRules(misspelt)).toMatchObject({ ok: false, version: null, faults: [{ file: 'rules' }] });
    expect(await client.checkRules('nonsense', ['nonsense'])).toMatchObject({ ok: false, verdicts: 0 });
  });

  it('they are checked, and previewed, for security officers alone, and as large as can be signed', async () => {
    for (const refused of [alliance.official.client.checkRules(shippedRules), alliance.stranger.client.checkRules('x')])
      expect(await problemOf(refused)).toMatchObject({ code: 'not-permitted', reasons: [{ rule: 'rules' }] });
    const rules = [{ id: 'a'.repeat(100), roles: ['*'], action: 'read', subject: 'Document' }];
    const sized = (bytes: number) => ({ version: 'exercise', rules, much: 'x'.repeat(bytes) });
    expect(await officer.client.checkRules(sized(200_000))).toMatchObject({ ok: false });
    expect(await problemOf(officer.client.checkRules(sized(263_000)))).toMatchObject({ code: 'too-large' });
    expect(await problemOf(officer.client.previewRules(sized(263_000)))).toMatchObject({ code: 'too-large' });
    const twentyOne = Array.from({ length: 21 }, () => ({}));
    expect(await problemOf(officer.client.checkRules(shippedRules, twentyOne))).toMatchObject({ code: 'bad-request' });
  });

  it('a preview says who would gain and who would lose, and changes nothing', async () => {
    const preview = await officer.client.previewRules(EXERCISE);
    const lines = preview.steppedUp.map(({ action, subject, gain, lose }) => [
      `${action} ${subject}`,
      gain.people,
      lose.people,
    ]);
    expect(lines).toEqual([
      ['read Document', 0, 1],
      ['import Document', 2, 0],
    ]);
    expect(preview.steppedUp[0]?.lose).toMatchObject({
      things: 1,
      decisions: 1,
      examples: [{ person: alliance.planner.person, thing: document, after: 'planners-only-write' }],
    });
    expect(preview.population).toMatchObject({ documents: 1, documentsTried: 1, people: 13 });
    expect(await reads(alliance.planner)).toBe(true);
    const { items } = await alliance.auditor.client.events({ action: 'rules.preview', limit: 1 });
    expect(items[0]).toMatchObject({ person: officer.person, details: { version: 'exercise-1' } });
  });

  it('a preview tells the sessions apart when it is assurance that changes', async () => {
    const assured: AccessRules = {
      ...shippedRules,
      version: 'exercise-assured',
      assurance: [{ policy: 'NATO', classifications: ['UNCLASSIFIED'] }],
    };
    const preview = await officer.client.previewRules(assured);
    expect(preview.steppedUp).toEqual([]);
    expect(
      preview.notSteppedUp.find(({ subject, action }) => subject === 'Document' && action === 'read')?.lose.people,
    ).toBeGreaterThan(5);
  });

  it('what is no set of rules is refused with every fault', async () => {
    const misspelt = { version: 'x', rules: [{ id: 'x', roles: ['*'], action: 'reed', subject: 'Document' }] };
    expect(await problemOf(officer.client.previewRules(misspelt))).toMatchObject({
      code: 'refused',
      reasons: [{ rule: 'rules-schema', have: expect.stringContaining('reed') as string }],
    });
  });
});

describe('rules come into force by two officers', () => {
  const body = { version: 'exercise-1', rules: EXERCISE };
  let before: string;

  it('and not by one', async () => {
    before = new Date().toISOString();
    await pause(5);
    const [first] = house.authority.officerKeys;
    const statement = await house.authority.accessRules(body, { by: [first!.key] });
    house.authority.statements.pop();
    expect(await handIn(statement)).toMatchObject({ state: 'refused' });
    expect((await alliance.stranger.client.rules()).version).toBe(shippedRules.version);
  });

  it('nor under another version than they call themselves, nor when they do not fit the schema', async () => {
    const { authority } = house;
    const wrong = [
      await authority.accessRules({ ...body, version: 'exercise-2' }),
      await authority.accessRules({ version: 'exercise-3', rules: { version: 'exercise-3', rules: [] } }),
    ];
    for (const statement of wrong) {
      authority.statements.pop();
      expect(await handIn(statement)).toMatchObject({ state: 'refused' });
    }
  });

  it('then they decide on open sessions at the next request, and every decision names them', async () => {
    expect(await reads(alliance.planner)).toBe(true);
    const id = randomUUID();
    const statement = await house.authority.accessRules(body, { id });
    expect(await handIn(statement)).toMatchObject({ state: 'accepted', fault: null });
    expect(await reads(alliance.planner)).toBe(false);
    expect(await reads(alliance.germany)).toBe(true);
    const told = await alliance.germany.client.explainDocument(document);
    const inForce = await alliance.germany.client.rules();
    expect([told.rulesVersion, inForce.version, inForce.rules]).toEqual(['exercise-1', 'exercise-1', EXERCISE]);
    expect(Date.parse(inForce.since ?? '')).toBeGreaterThan(Date.parse(before));
    const { items } = await alliance.auditor.client.events({
      person: alliance.germany.person,
      action: 'document.read',
    });
    const { recorded, replayed } = await officer.client.replay(items[0]!.id);
    expect([recorded.rulesVersion, replayed?.agrees]).toEqual(['exercise-1', true]);
  });

  it('lists and refusals name them as well', async () => {
    await alliance.germany.client.documents();
    const { items } = await alliance.auditor.client.events({
      person: alliance.germany.person,
      action: 'document.list',
      limit: 1,
    });
    const refused = await alliance.auditor.client.events({
      person: alliance.planner.person,
      outcome: 'refused',
      limit: 1,
    });
    expect([items[0], refused.items[0]].map((event) => event?.details['rules'])).toEqual(['exercise-1', 'exercise-1']);
  });

  it('an explanation as of before answers by the rules of before', async () => {
    const asked = { person: alliance.planner.person, document };
    const [then, now] = [
      await officer.client.examineDecision({ ...asked, at: before }),
      await officer.client.examineDecision(asked),
    ];
    // Nothing was there to read at that moment but the package of the preview.
    expect([then.effect, then.rulesVersion]).toEqual(['permit', shippedRules.version]);
    expect([now.effect, now.rulesVersion]).toEqual(['deny', 'exercise-1']);
    expect(now.checks.find(({ rule }) => rule === 'rules')?.have).toBe('planners-only-write');
  });

  it('a replay of what was given before says that the rules are what differs today', async () => {
    const { items } = await alliance.auditor.client.events({
      person: alliance.planner.person,
      action: 'document.read',
      outcome: 'done',
    });
    const { recorded, replayed, today } = await officer.client.replay(items[0]!.id);
    expect([recorded.rulesVersion, replayed?.agrees]).toEqual([shippedRules.version, true]);
    expect(today).toMatchObject({ effect: 'deny', differs: true, rulesVersion: 'exercise-1' });
    expect(today?.changes.map(({ rule, now }) => [rule, now?.have])).toEqual([['rules', 'planners-only-write']]);
  });

  it('who is refused by a rule is told that there is nothing: to explain would say that there is', async () => {
    expect(await problemOf(alliance.planner.client.explainDocument(document))).toMatchObject({ code: 'not-found' });
  });

  it('revoking the instrument brings the earlier rules back at once', async () => {
    const accepted = house.authority.statements.at(-1)!;
    const { id } = JSON.parse(Buffer.from(accepted.payload, 'base64url').toString('utf8')) as { id: string };
    const revocation = await house.authority.revocation(
      { instrument: id, reason: 'error', from: new Date().toISOString() },
      { issuedAt: new Date().toISOString() },
    );
    expect(await handIn(revocation)).toMatchObject({ state: 'accepted' });
    expect(await reads(alliance.planner)).toBe(true);
    expect((await alliance.stranger.client.rules()).version).toBe(shippedRules.version);
    expect((await alliance.planner.client.explainDocument(document)).rulesVersion).toBe(shippedRules.version);
  });
});
