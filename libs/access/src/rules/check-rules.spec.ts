import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type AccessRules, checkRules, shippedRules } from '../index';

const WORLDS = join(__dirname, 'worlds');
const worlds = readdirSync(WORLDS).map((file): unknown => parse(readFileSync(join(WORLDS, file), 'utf8')));

const without = (id: string): AccessRules => ({
  ...shippedRules,
  rules: shippedRules.rules.filter((rule) => rule.id !== id),
});

describe('the rules that ship and the worlds beside them', () => {
  it('agree in every verdict, and every rule decides one', () => {
    const { verdicts, ...check } = checkRules(shippedRules, worlds);
    expect(check).toEqual({ ok: true, version: shippedRules.version, faults: [], differences: [], untried: [] });
    expect(verdicts).toBeGreaterThan(90);
  });

  it.each(shippedRules.rules.map(({ id }) => id))('%s is missed when it is gone', (id) => {
    expect(checkRules(without(id), worlds)).toMatchObject({ ok: false, faults: [] });
  });

  it.each(shippedRules.rules.flatMap((rule) => (rule.conditions === undefined ? [] : [rule.id])))(
    'the condition of %s is missed when it is gone',
    (id) => {
      const rules = shippedRules.rules.map(({ conditions, ...rule }) =>
        rule.id === id || conditions === undefined ? rule : { ...rule, conditions },
      );
      expect(checkRules({ ...shippedRules, rules }, worlds).differences).not.toEqual([]);
    },
  );

  it.each(shippedRules.rules.flatMap((rule) => (rule.roles[0] === '*' ? [] : [rule.id])))(
    'the roles of %s are missed when everybody has it',
    (id) => {
      const rules = shippedRules.rules.map((rule) => (rule.id === id ? { ...rule, roles: ['*'] } : rule));
      expect(checkRules({ ...shippedRules, rules }, worlds).differences).not.toEqual([]);
    },
  );

  it('assurance is missed when nothing needs it', () => {
    expect(checkRules({ ...shippedRules, assurance: [] }, worlds).differences).not.toEqual([]);
  });
});

describe('checking rules', () => {
  const world = {
    world: 'a world',
    people: { reader: { cleared: { to: 'SECRET' } } },
    things: { paper: { kind: 'Document', under: 'SECRET' } },
    verdicts: { reader: { read: { paper: 'yes' }, import: { paper: 'no: rules' } } },
  };

  it('tells which verdict differs, what was found and by which rule', () => {
    const wrong = {
      ...world,
      verdicts: { reader: { read: { paper: 'no: rules, clearance' }, import: { paper: 'yes' } } },
    };
    expect(checkRules(shippedRules, [wrong])).toMatchObject({
      ok: false,
      verdicts: 2,
      differences: [
        {
          world: 'a world',
          person: 'reader',
          action: 'read',
          thing: 'paper',
          expected: ['rules', 'clearance'],
          found: [],
          by: 'everyone-reads-what-the-lattice-allows',
        },
        { action: 'import', expected: [], found: ['rules'], by: 'none for the roles (none)' },
      ],
    });
  });

  it('names the rules that no verdict tries', () => {
    const { untried } = checkRules(shippedRules, [world]);
    expect(untried).toContain('planners-import');
    expect(untried).not.toContain('everyone-reads-what-the-lattice-allows');
  });

  it.each<[string, unknown, unknown, { file: string; place: string; fault: string }]>([
    [
      'rules that are none',
      { version: '1', rules: [{ id: 'a', roles: ['*'], action: 'read', subject: 'Documents' }] },
      world,
      { file: 'rules', place: 'rules.0.subject', fault: 'nobody knows Documents' },
    ],
    ['no world', shippedRules, null, { file: 'world 1', place: '', fault: expect.stringContaining('expected object') }],
    [
      'a verdict on nobody',
      shippedRules,
      { ...world, verdicts: { stranger: { read: { paper: 'yes' } } } },
      { file: 'world 1', place: '', fault: 'nobody is stranger' },
    ],
    [
      'a verdict on nothing',
      shippedRules,
      { ...world, verdicts: { reader: { read: { book: 'yes' } } } },
      { file: 'world 1', place: '', fault: 'nothing is book (reader, read)' },
    ],
    [
      'a verdict that is none',
      shippedRules,
      { ...world, verdicts: { reader: { read: { paper: 'maybe' } } } },
      { file: 'world 1', place: 'verdicts.reader.read.paper', fault: expect.stringContaining('neither "yes" nor') },
    ],
    [
      'a reason that is none',
      shippedRules,
      { ...world, verdicts: { reader: { read: { paper: 'no: mood' } } } },
      { file: 'world 1', place: 'verdicts.reader.read.paper', fault: expect.stringContaining('neither "yes" nor') },
    ],
    [
      'an attribute of nobody',
      shippedRules,
      { ...world, things: { paper: { ...world.things.paper, attributes: { by: { person: 'stranger' } } } } },
      { file: 'world 1', place: '', fault: 'nobody is stranger (paper)' },
    ],
  ])('finds fault with %s', (_name, rules, told, fault) => {
    const check = checkRules(rules, [told]);
    expect(check.ok).toBe(false);
    expect(check.faults).toContainEqual(fault);
  });

  const paperFor = (count: number) => {
    const names = Array.from({ length: count }, (_unused, n) => `reader ${String(n)}`);
    return {
      ...world,
      people: Object.fromEntries(names.map((name) => [name, { cleared: { to: 'SECRET' } }])),
      verdicts: Object.fromEntries(names.map((name) => [name, { read: { paper: 'yes' } }])),
    };
  };

  it('tries 2,000 verdicts at a time, of all worlds together, and none where there are more', () => {
    expect(checkRules(shippedRules, [paperFor(1_000), paperFor(1_000)])).toMatchObject({ ok: true, verdicts: 2_000 });
    expect(checkRules(shippedRules, [paperFor(1_000), paperFor(1_000), world])).toMatchObject({
      ok: false,
      verdicts: 0,
      faults: [{ file: 'worlds', fault: '2002 verdicts: at most 2000 are tried at a time' }],
    });
  });

  it('tells 200 faults, and no more', () => {
    const nobody = { ...paperFor(500), people: {} };
    expect(checkRules(shippedRules, [nobody]).faults).toHaveLength(200);
  });

  it.each([
    ['a long list', Array.from({ length: 101 }, () => 1)],
    ['a long text', 'x'.repeat(501)],
  ])('takes no attribute that is %s', (_name, of) => {
    const things = { paper: { ...world.things.paper, attributes: { of } } };
    expect(checkRules(shippedRules, [{ ...world, things }])).toMatchObject({ ok: false, verdicts: 0 });
  });
});
