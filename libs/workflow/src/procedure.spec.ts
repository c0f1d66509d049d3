import fc from 'fast-check';
import { PUBLIC_RELEASE } from '../../../test/support/authority';
import { ORIGINATORS, type Procedure, type ProcedureFacts, lintProcedure } from './index';
import { unsupportedRules } from './procedure';

const FACTS: ProcedureFacts = {
  bodies: [
    { id: ORIGINATORS, seats: ['ACT'] },
    { id: 'defence-ministers', seats: ['BEL', 'DEU', 'FRA'] },
    { id: 'empty-body', seats: [] },
  ],
  roles: ['disclosure-reviewer'],
};

const [CONSENT, DISCLOSURE, ADOPTION] = PUBLIC_RELEASE.stages as [
  Procedure['stages'][number],
  Procedure['stages'][number],
  Procedure['stages'][number],
];

const rulesOf = (proposed: unknown, facts = FACTS): string[] =>
  lintProcedure(proposed, facts).map((refusal) => refusal.rule);

const withStages = (...stages: unknown[]): unknown => ({ ...PUBLIC_RELEASE, stages });
const quorum = (atLeast: unknown): unknown => withStages(CONSENT, { ...DISCLOSURE, rule: { atLeast } }, ADOPTION);
const ofBody = (change: object): unknown => withStages(CONSENT, DISCLOSURE, { ...ADOPTION, ...change });

describe('a procedure', () => {
  it('that asks originators, reviewers and ministers may come into force', () => {
    expect(lintProcedure(PUBLIC_RELEASE, FACTS)).toEqual([]);
    expect(rulesOf(ofBody({ rule: 'all' }))).toEqual([]);
    expect(rulesOf(ofBody({ rule: { atLeast: 3 } }))).toEqual([]);
    expect(rulesOf(withStages(CONSENT, ADOPTION))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a quorum of nobody', quorum(0), 'no-zero-quorum'],
    ['a quorum of less than nobody', quorum(-1), 'no-zero-quorum'],
    ['a quorum of nobody in a body', ofBody({ rule: { atLeast: 0 } }), 'no-zero-quorum'],
    ['a quorum of half a human', quorum(1.5), 'schema'],
    ['a quorum without end', quorum(Number.POSITIVE_INFINITY), 'schema'],
    ['a quorum in words', quorum('2'), 'schema'],
    ['more approvals than the body has seats', ofBody({ rule: { atLeast: 4 } }), 'satisfiable'],
    ['a body that is not there', ofBody({ body: 'nobody-knows' }), 'satisfiable'],
    ['a body without seats', ofBody({ body: 'empty-body' }), 'satisfiable'],
    ['a role that nobody holds', withStages(CONSENT, { ...DISCLOSURE, role: 'seer' }, ADOPTION), 'satisfiable'],
    ['no public stage', withStages(CONSENT, DISCLOSURE), 'a-public-stage'],
    ['no consent of the originators', withStages(DISCLOSURE, ADOPTION), 'originators-consent'],
    ['one stage that one originator satisfies alone', withStages({ ...CONSENT, public: true }), 'not-self-satisfiable'],
    ['two stages of one name', withStages(CONSENT, DISCLOSURE, DISCLOSURE, ADOPTION), 'stages-have-names-of-their-own'],
    ['no stage', withStages(), 'schema'],
    ['twenty-one stages', withStages(...Array.from({ length: 21 }, () => CONSENT)), 'schema'],
    ['consensus of a role', withStages(CONSENT, { ...DISCLOSURE, rule: 'consensus' }, ADOPTION), 'schema'],
    ['some of the originators', withStages({ ...CONSENT, rule: { atLeast: 1 } }, ADOPTION), 'schema'],
    ['a stage for each minister', withStages({ ...CONSENT, each: 'minister' }, ADOPTION), 'schema'],
    ['a stage of a role and a body', withStages(CONSENT, { ...ADOPTION, role: 'disclosure-reviewer' }), 'schema'],
    ['a stage that is public by half', ofBody({ public: false }), 'schema'],
    ['a stage that judges nothing known', ofBody({ judges: 'the weather' }), 'schema'],
    ['a word that is not known', { ...PUBLIC_RELEASE, comment: 'harmless' }, 'schema'],
    ['a word that is not known in a stage', ofBody({ exempt: ['DEU'] }), 'schema'],
    ['a constraint that is not known', { ...PUBLIC_RELEASE, constraints: ['be-nice'] }, 'schema'],
    ['version nought', { ...PUBLIC_RELEASE, version: 0 }, 'schema'],
    ['a name in capitals', { ...PUBLIC_RELEASE, id: 'Public Release' }, 'schema'],
    ['nothing', null, 'schema'],
    ['a text', JSON.stringify(PUBLIC_RELEASE), 'schema'],
  ])('with %s must not come into force', (_name, proposed, rule) => {
    expect(rulesOf(proposed)).toContain(rule);
  });

  it.each(PUBLIC_RELEASE.constraints)('without the constraint %s must not come into force', (constraint) => {
    const constraints = PUBLIC_RELEASE.constraints.filter((each) => each !== constraint);
    const [refusal, ...others] = lintProcedure({ ...PUBLIC_RELEASE, constraints }, FACTS);
    expect(others).toEqual([]);
    expect(refusal).toMatchObject({ rule: 'not-self-satisfiable', need: `the constraint ${constraint}` });
  });

  it('without a body of originators cannot ask them', () => {
    const facts = { ...FACTS, bodies: FACTS.bodies.filter((body) => body.id !== ORIGINATORS) };
    expect(rulesOf(PUBLIC_RELEASE, facts)).toEqual(['satisfiable']);
  });

  it('is refused with every reason at once', () => {
    const proposed = withStages({ ...DISCLOSURE, role: 'seer', rule: { atLeast: 0 } });
    expect(rulesOf({ ...(proposed as object), constraints: [] })).toEqual([
      'not-self-satisfiable',
      'not-self-satisfiable',
      'not-self-satisfiable',
      'a-public-stage',
      'originators-consent',
      'not-self-satisfiable',
      'no-zero-quorum',
      'satisfiable',
    ]);
  });
});

describe('silence', () => {
  const silent = { ...ADOPTION, or: { silence: { closedBy: 'chair' } } };

  it('is refused by its name, since no guard can verify it', () => {
    expect(lintProcedure(withStages(CONSENT, silent), FACTS)[0]).toEqual({
      code: 'procedure',
      rule: 'supported-rule',
      need: 'one of the rules all, consensus, atLeast',
      have: 'silence in adoption',
    });
  });

  it('is refused as a rule of its own, and so is every rule that is not known', () => {
    const named = unsupportedRules(
      withStages(
        { ...ADOPTION, rule: 'silence' },
        { ...ADOPTION, rule: { silence: {}, atLeast: 1 } },
        { ...ADOPTION, rule: {} },
        { rule: 'majority' },
        { ...ADOPTION, or: 'else' },
      ),
    );
    expect(named.map((refusal) => refusal.have)).toEqual([
      'silence in adoption',
      'silence in adoption',
      'no rule in adoption',
      'majority in a stage without a name',
      'else in adoption',
    ]);
  });
});

describe('hostile procedures', () => {
  it('never make the linter throw, and are refused', () => {
    const stages = fc.array(
      fc.record(
        { id: fc.anything(), rule: fc.anything(), or: fc.anything(), body: fc.anything() },
        { requiredKeys: [] },
      ),
    );
    const proposed = fc.oneof(fc.anything(), fc.record({ id: fc.anything(), stages: fc.oneof(stages, fc.anything()) }));
    fc.assert(
      fc.property(proposed, (each) => {
        expect(lintProcedure(each, FACTS).length).toBeGreaterThan(0);
        expect(unsupportedRules(each).every((refusal) => refusal.have.length < 200)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
