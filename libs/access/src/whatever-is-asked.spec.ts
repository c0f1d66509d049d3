import fc from 'fast-check';
import { dominates, permits as latticePermits } from '#marking';
import {
  CLEARED,
  SECRET,
  TOP_CLEARED,
  TOP_SECRET,
  actorWith,
  someActions,
  someActors,
  someClearances,
  someLabels,
  someMoments,
  someProtections,
  someThings,
  under,
} from '../../../test/support/access-people';
import { Lexicon } from './decision/lexicon';
import { type AccessRules, type Check, decide, permits, protectionChecks, shippedRules } from './index';

/** Rules with conditions, prohibitions and another assurance, beside those that ship. */
const STRICT: AccessRules = {
  version: 'strict',
  assurance: [{ policy: 'NATO', classifications: ['SECRET', 'TOP SECRET'] }],
  rules: [
    ...shippedRules.rules,
    {
      id: 'not-others',
      roles: ['planner'],
      action: 'read',
      subject: 'Case',
      inverted: true,
      conditions: { requestedBy: { $ne: '${actor.personId}' } },
    },
    {
      id: 'anothers-only',
      roles: ['requester'],
      action: 'import',
      subject: 'Document',
      conditions: { requestedBy: { $in: ['another'] } },
    },
  ],
};

const rules = fc.constantFrom(shippedRules, STRICT);

describe('whatever is asked', () => {
  it('the fast form answers as the one with reasons', () => {
    const found = { permit: 0, deny: 0 };
    fc.assert(
      fc.property(someActors, someActions, someThings, someMoments, rules, (actor, action, thing, now, inForce) => {
        const { effect } = decide(actor, action, thing, { now, rules: inForce });
        expect(permits(actor, action, thing, { now, rules: inForce })).toBe(effect === 'permit');
        found[effect] += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(found.permit).toBeGreaterThan(5);
    expect(found.deny).toBeGreaterThan(20);
  });

  it('also of an actor, a thing or rules that are broken', () => {
    const broken = fc.constantFrom<readonly [string, unknown]>(
      ['tokens', undefined],
      ['clearances', null],
      ['lifted', [undefined]],
      ['roles', undefined],
      ['expiresAt', undefined],
    );
    fc.assert(
      fc.property(someActors, broken, someThings, someMoments, (actor, [name, value], thing, now) => {
        const changed = { ...actor, [name]: value };
        const { effect } = decide(changed, 'read', thing, { now, rules: shippedRules });
        expect(permits(changed, 'read', thing, { now, rules: shippedRules })).toBe(effect === 'permit');
        expect(effect).toBe('deny');
      }),
      { numRuns: 300 },
    );
  });

  it('permitted means: no check failed, the session goes on, and each protection is met by itself', () => {
    let permitted = 0;
    fc.assert(
      fc.property(someActors, someActions, someThings, someMoments, (actor, action, thing, now) => {
        const environment = { now, rules: shippedRules };
        const { effect, checks } = decide(actor, action, thing, environment);
        expect(effect === 'permit').toBe(checks.every(({ outcome }) => outcome));
        if (effect === 'deny') return;
        permitted += 1;
        expect(now.getTime()).toBeLessThan(Date.parse(actor.expiresAt));
        for (const each of thing.protections)
          expect(protectionChecks(actor, each, environment).every(({ outcome }) => outcome)).toBe(true);
        expect(thing.protections.length > 0 || thing.kind === 'Rules').toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(permitted).toBeGreaterThan(5);
  });

  it('the same is asked of every protection and once of the rest, whatever the answers', () => {
    fc.assert(
      fc.property(someActors, someActions, someThings, someMoments, (actor, action, thing, now) => {
        const told = decide(actor, action, thing, { now, rules: shippedRules }).checks.map(({ rule }) => rule);
        const count = (rule: string): number => told.filter((each) => each === rule).length;
        for (const rule of ['lattice', 'need-to-know', 'acknowledgement', 'assurance'])
          expect(count(rule)).toBe(thing.protections.length);
        for (const rule of ['session', 'protection', 'rules']) expect(count(rule)).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  it('one clearance, token or role more, or a second factor, never turns a yes into a no', () => {
    fc.assert(
      fc.property(someActors, someActors, someActions, someThings, someMoments, (held, more, action, thing, now) => {
        fc.pre(permits(held, action, thing, { now, rules: shippedRules }));
        const richer = {
          ...held,
          clearances: [...more.clearances, ...held.clearances],
          tokens: [...held.tokens, ...more.tokens],
          lifted: [...held.lifted, ...more.lifted],
          roles: [...more.roles, ...held.roles],
          steppedUpUntil: held.kind === 'session' ? '2030-01-01T00:00:00Z' : null,
        };
        expect(permits(richer, action, thing, { now, rules: shippedRules })).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('one protection more never turns a no into a yes', () => {
    fc.assert(
      fc.property(someActors, someActions, someThings, someProtections, (actor, action, thing, another) => {
        fc.pre(thing.protections.length > 0);
        const environment = { now: new Date(actor.enteredAt), rules: shippedRules };
        const more = { ...thing, protections: [...thing.protections, another] };
        if (!permits(actor, action, thing, environment)) expect(permits(actor, action, more, environment)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('the moment decides alone: nothing of a moment asked before is kept for another', () => {
    fc.assert(
      fc.property(someActors, someThings, fc.array(someMoments, { minLength: 2 }), (actor, thing, moments) => {
        const asked = moments.map((now) => permits(actor, 'read', thing, { now, rules: shippedRules }));
        const afresh = moments.map((now) => permits({ ...actor }, 'read', thing, { now, rules: shippedRules }));
        expect(asked).toEqual(afresh);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the lattice made ready', () => {
  it('is that of marking, in its answer and in every reason', () => {
    const found = { yes: 0, no: 0 };
    const [cleared, likely] = [fc.constantFrom(CLEARED, TOP_CLEARED), fc.constantFrom(SECRET, TOP_SECRET)];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(someClearances, cleared), { maxLength: 3 }),
        fc.oneof(someLabels, likely),
        (clearances, label) => {
          const checks: Check[] = [];
          const lexicon = new Lexicon();
          const prepared = lexicon.clearances(clearances);
          const { label: asked } = lexicon.protection(under(label));
          prepared.explain(checks, asked);
          const told = dominates(clearances, label);
          const summed = checks.pop();
          expect(checks).toEqual(told.checks.map((check) => ({ ...check, rule: `lattice:${check.rule}` })));
          expect(summed).toMatchObject({ rule: 'lattice', outcome: told.dominates });
          expect(prepared.reads(asked.interned)).toBe(latticePermits(clearances, label));
          found[told.dominates ? 'yes' : 'no'] += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(20);
  });

  it('also for a clearance that was made ready before the label was met', () => {
    const lexicon = new Lexicon();
    const prepared = lexicon.clearances(actorWith().clearances);
    const unheard = { policy: 'NATO', classification: 'UNHEARD OF SO FAR', categories: [] };
    expect(prepared.reads(lexicon.protection(under(unheard)).label.interned)).toBe(false);
  });
});
