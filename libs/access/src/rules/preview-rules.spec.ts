import fc from 'fast-check';
import {
  NOW,
  SECRET,
  TOP_CLEARED,
  TOP_SECRET,
  actorWith,
  caseOf,
  documentUnder,
  someActors,
  someThings,
  under,
} from '../../../../test/support/access-people';
import { PreparedActor } from '../decision/standing';
import {
  type AccessRules,
  type Actor,
  type Population,
  type PreviewLine,
  type Thing,
  permits,
  previewRules,
  shippedRules,
} from '../index';

type Rule = AccessRules['rules'][number];

const changed = (...rules: Rule[]): AccessRules => ({
  ...shippedRules,
  version: 'next',
  rules: [...shippedRules.rules, ...rules],
});
const person = (personId: string, changes: Partial<Actor> = {}): Actor =>
  actorWith({ personId, office: `EXERCISE ${personId}`, ...changes });

const planner = person('planner', { roles: ['planner'] });
const requester = person('requester');
const delegate = person('delegate', { tokens: ['everyone', 'nation:DEU'] });
const paper: Thing = { ...documentUnder(under(SECRET)), id: 'paper' };
const german: Thing = { ...documentUnder(under(SECRET, 'nation:DEU')), id: 'german' };
const population: Population = { actors: [planner, requester, delegate], things: [paper, german], now: new Date(NOW) };

const nothing = { people: 0, things: 0, decisions: 0, examples: [] };

describe('the preview of rules', () => {
  it('of the same rules under another version is empty', () => {
    expect(previewRules(shippedRules, { ...shippedRules, version: 'next' }, population)).toEqual([]);
  });

  it('tells who gains, by which rule, and only what lattice and need-to-know leave open', () => {
    const open: Rule = { id: 'requesters-import', roles: ['requester'], action: 'import', subject: 'Document' };
    expect(previewRules(shippedRules, changed(open), population)).toEqual<PreviewLine[]>([
      {
        action: 'import',
        subject: 'Document',
        gain: {
          people: 2,
          things: 2,
          decisions: 3,
          examples: [
            {
              personId: 'requester',
              office: 'EXERCISE requester',
              thing: 'paper',
              before: 'none for the roles requester',
              after: 'requesters-import',
            },
            {
              personId: 'delegate',
              office: 'EXERCISE delegate',
              thing: 'paper',
              before: 'none for the roles requester',
              after: 'requesters-import',
            },
          ],
        },
        lose: nothing,
      },
    ]);
  });

  it('tells who loses, also by another moment of the second factor', () => {
    const strict: AccessRules = { ...shippedRules, assurance: [{ policy: 'NATO', classifications: ['SECRET'] }] };
    const lines = previewRules(shippedRules, strict, population);
    expect(lines.map(({ action, subject, lose }) => [action, subject, lose.people, lose.decisions])).toEqual([
      ['read', 'Document', 3, 4],
      ['search', 'Document', 3, 4],
      ['import', 'Document', 1, 1],
      ['attach', 'Document', 1, 1],
    ]);
    const closed: Rule = {
      id: 'planners-only-write',
      roles: ['planner'],
      action: 'read',
      subject: 'Document',
      inverted: true,
    };
    expect(previewRules(shippedRules, changed(closed), population)).toMatchObject([
      {
        action: 'read',
        gain: nothing,
        lose: {
          people: 1,
          things: 1,
          decisions: 1,
          examples: [
            { personId: 'planner', before: 'everyone-reads-what-the-lattice-allows', after: 'planners-only-write' },
          ],
        },
      },
    ]);
  });

  it('asks about kinds without text also where there are none, and gives as many examples as are asked for', () => {
    const open: Rule = { id: 'everyone-searches-the-record', roles: ['*'], action: 'search', subject: 'AuditEvent' };
    const [line] = previewRules(shippedRules, changed(open), population, 2);
    expect(line).toMatchObject({ action: 'search', subject: 'AuditEvent', gain: { people: 3, decisions: 3 } });
    expect(line?.gain.examples.map(({ personId, thing }) => [personId, thing])).toEqual([
      ['planner', null],
      ['requester', null],
    ]);
  });

  it('counts what one decision after the other would count, whatever the rules and the population', () => {
    const rule: fc.Arbitrary<Rule> = fc
      .record({
        id: fc.uuid(),
        roles: fc.constantFrom(['*'], ['planner'], ['requester']),
        asked: fc.constantFrom(
          { action: 'read', subject: 'Case' },
          { action: 'decide', subject: 'Case' },
          { action: 'read', subject: 'Document' },
        ),
        inverted: fc.boolean(),
        conditions: fc.constantFrom<Record<string, unknown>>(
          { requestedBy: '${actor.personId}' },
          { requestedBy: { $ne: '${actor.identity}' } },
          { requestedBy: { $exists: true } },
        ),
      })
      .map(({ asked, roles, ...rest }) => ({ ...rest, ...asked, roles: [...roles] }));
    const versions = fc
      .tuple(fc.array(rule, { maxLength: 3 }), fc.constantFrom(['SECRET'], ['TOP SECRET']))
      .map(([rules, classifications]) => ({
        ...changed(...rules),
        assurance: [{ policy: 'NATO', classifications: [...classifications] }],
      }));
    const likely = fc.constantFrom(planner, requester, actorWith());
    const covered = fc.constantFrom(paper, caseOf(actorWith().personId), caseOf('another'), caseOf(undefined));
    let changes = 0;
    fc.assert(
      fc.property(
        versions,
        versions,
        fc.array(fc.oneof(someActors, likely), { maxLength: 4 }),
        fc.array(fc.oneof(someThings, covered), { maxLength: 6 }),
        fc.constantFrom(new Date(NOW), new Date('2027-01-01T00:00:00.000Z')),
        (before, after, actors, things, now) => {
          const told = previewRules(before, after, { actors, things, now });
          for (const action of ['read', 'decide'])
            for (const subject of ['Case', 'Document']) {
              const [gain, lose] = [true, false].map((gains) =>
                actors.flatMap((actor) =>
                  things.filter(
                    (thing) =>
                      thing.kind === subject &&
                      permits(actor, action, thing, { now, rules: before }) === !gains &&
                      permits(actor, action, thing, { now, rules: after }) === gains,
                  ),
                ),
              );
              const line = told.find((each) => each.action === action && each.subject === subject);
              expect([line?.gain.decisions ?? 0, line?.lose.decisions ?? 0]).toEqual([gain?.length, lose?.length]);
              changes += (gain?.length ?? 0) + (lose?.length ?? 0);
            }
        },
      ),
      { numRuns: 200 },
    );
    expect(changes).toBeGreaterThan(20);
  });

  it('groups what the rules cannot tell apart: a thousand people and ten thousand things are no millions of questions', () => {
    let asked = 0;
    const labels = [SECRET, TOP_SECRET, { ...SECRET, classification: 'RESTRICTED' }];
    const actors = Array.from({ length: 1_000 }, (_none, n) =>
      person(`person-${String(n)}`, {
        clearances: [TOP_CLEARED],
        tokens: ['everyone', `community:C${String(n % 20)}`],
      }),
    );
    const protections = Array.from({ length: 60 }, (_none, n) => under(labels[n % 3]!, `community:C${String(n % 20)}`));
    const things = Array.from({ length: 10_000 }, (_none, n): Thing => {
      const thing = caseOf(`person-${String(n % 100)}`, protections[n % 60]!);
      return {
        ...thing,
        get requestedBy(): unknown {
          asked += 1;
          return `person-${String(n % 100)}`;
        },
      };
    });
    const closed: Rule = {
      id: 'not-their-own',
      roles: ['*'],
      action: 'read',
      subject: 'Case',
      inverted: true,
      conditions: { requestedBy: '${actor.personId}' },
    };
    const [line] = previewRules(shippedRules, changed(closed), { actors, things, now: new Date(NOW) });
    expect(line).toMatchObject({ action: 'read', subject: 'Case', gain: nothing, lose: { people: 100 } });
    expect(asked).toBeLessThan(1_000_000);
  });

  it('asks once what somebody reaches, for all actions together, and nothing where the rules stay what they are', () => {
    const covers = jest.spyOn(PreparedActor.prototype, 'covers');
    const actors = [planner, requester, delegate];
    const things = Array.from({ length: 50 }, (_none, n): Thing =>
      caseOf('nobody', under(SECRET, `list:L${String(n)}`)),
    );
    const preview = (after: AccessRules): number => {
      covers.mockClear();
      previewRules(shippedRules, after, { actors, things: [...things, paper], now: new Date(NOW) });
      return covers.mock.calls.length;
    };
    const forbidden: Rule = { id: 'none', roles: ['*'], action: 'read', subject: 'Case', inverted: true };
    expect(preview(changed(forbidden))).toBe(actors.length * 50);
    expect(preview(changed({ ...forbidden, roles: ['planner'] }))).toBe(50);
    expect(preview({ ...changed(), assurance: [{ policy: 'NATO', classifications: ['SECRET'] }] })).toBe(
      actors.length * 51 * 2,
    );
    covers.mockRestore();
  });
});
