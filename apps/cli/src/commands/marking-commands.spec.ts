import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { parseMark, readLabel, writeClearance, writeLabel } from '#marking';
import { NEEDS, sharedFile, shippedPolicies, shippedPolicy, withShared } from '../../../../test/support/marking-data';
import type { CliIo } from '../cli-io';
import { registerBind } from './bind';
import { registerLabel } from './label';
import { registerSpif } from './spif';
import { registerVerifyBinding } from './verify-binding';

interface Said {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

const policies = shippedPolicies();
const files = new Map<string, Buffer>();

/** The commands against files in memory; the policies shipped are read from where they lie. */
async function run(...args: string[]): Promise<Said> {
  let [code, out, err]: [number | undefined, string, string] = [undefined, '', ''];
  const io: CliIo = {
    out: (text) => (out += text),
    err: (text) => (err += `${text}\n`),
    readFile: (path) => {
      const held = files.get(path);
      if (held !== undefined) return held;
      if (path.startsWith('/mem/')) throw new Error(`${path}: there is no such file`);
      return readFileSync(path);
    },
    writeFile: (path, bytes) => files.set(path, bytes),
    exit: (given) => (code = given),
  };
  const program = new Command('imprimatur').exitOverride().configureOutput({
    writeOut: (text) => {
      io.out(text);
    },
    writeErr: (text) => {
      io.err(text);
    },
  });
  for (const register of [registerSpif, registerLabel, registerBind, registerVerifyBinding]) register(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    code ??= (error as { exitCode: number }).exitCode;
  }
  return { code, out, err };
}

const file = (name: string, content: string): string => {
  files.set(`/mem/${name}`, Buffer.from(content));
  return `/mem/${name}`;
};

function labelXml(mark: string, review: string | undefined = '2031-06-05T00:00:00Z'): string {
  const read = parseMark(policies, mark);
  if (!read.ok) throw new Error(read.fault);
  const written = writeLabel(policies, {
    kind: 'originator',
    label: read.label,
    created: '2026-06-05T12:00:00Z',
    ...(review === '' ? {} : { review }),
  });
  if (!written.ok) throw new Error(JSON.stringify(written.faults));
  return written.xml;
}

const clearanceXml = (highest: number): string => {
  const written = writeClearance(policies, {
    policy: 'NATO',
    classifications: ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'].slice(0, highest),
    categories: [
      { tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] },
      { tagSet: 'Releasable To', type: 'PERMISSIVE', values: ['NATO'] },
    ],
  });
  if (!written.ok) throw new Error('not writable');
  return written.xml;
};

describe('imprimatur spif', () => {
  it('check says that a policy is sound', async () => {
    const path = file('nato.xml', shippedPolicy('nato.spif.xml'));
    expect(await run('spif', 'check', path)).toEqual({ code: 0, out: `${path}: sound`, err: '' });
  });

  it('check says what is wrong, with the line, of every file', async () => {
    const bad = file('bad.xml', shippedPolicy('public.spif.xml').replace('hierarchy="0"', 'hierarchy="x"'));
    const good = file('good.xml', shippedPolicy('public.spif.xml'));
    const said = await run('spif', 'check', bad, good);
    expect(said.code).toBe(1);
    expect(said.out).toContain(`${bad}: fault: line 6: UNMARKED: hierarchy is not a whole number`);
    expect(said.out).toContain(`${good}: sound`);
    expect(JSON.parse((await run('spif', 'check', bad, '--json')).out)).toMatchObject([
      { sound: false, faults: [{ line: 6 }] },
    ]);
  });

  withShared(`check --strict counts what is bent: ${NEEDS}`, async () => {
    const acme = file('acme.xml', sharedFile('acme-spif.xml'));
    expect((await run('spif', 'check', acme)).code).toBe(0);
    expect((await run('spif', 'check', '--strict', acme)).code).toBe(1);
  });

  it('cannot tell of a file that is not there', async () => {
    expect(await run('spif', 'check', '/mem/none.xml')).toMatchObject({
      code: 2,
      err: 'error: /mem/none.xml: there is no such file\n',
    });
  });

  it('show prints levels and values, and the whole model as JSON', async () => {
    const path = file('nato.xml', shippedPolicy('nato.spif.xml'));
    const { code, out } = await run('spif', 'show', path);
    expect(code).toBe(0);
    expect(out).toContain('TOP SECRET (maroon): COSMIC TOP SECRET [en], COSMIC TRÈS SECRET [fr], CTS [en]');
    expect(out).toContain('  ATOMAL [not on UNCLASSIFIED, RESTRICTED]');
    expect(JSON.parse((await run('spif', 'show', path, '--json')).out)).toMatchObject({
      name: 'NATO',
      id: '1.3.26.1.3.1',
    });
  });
});

describe('imprimatur label parse', () => {
  it('says what a mark means', async () => {
    const { code, out } = await run('label', 'parse', '(cts-a)');
    expect(code).toBe(0);
    expect(out).toContain('COSMIC TOP SECRET ATOMAL');
    expect(out).toContain('who may read it is cleared for TOP SECRET under NATO, and holds\n  Context: one of NATO');
    expect(out).toContain('  Special Category Designators: all of ATOMAL');
    expect((await run('label', 'parse', '(PUBLIC)')).out).toContain('everyone may read it');
  });
  it('says what was probably meant', async () => {
    expect(await run('label', 'parse', '(CST)')).toMatchObject({
      code: 1,
      err: expect.stringContaining('perhaps (CTS)'),
    });
    expect(JSON.parse((await run('label', 'parse', '(CST)', '--json')).out)).toMatchObject({
      ok: false,
      meant: '(CTS)',
    });
  });
});

describe('imprimatur label mark', () => {
  it.each([
    [[], 'NATO SECRET Releasable to Switzerland\n'],
    [['--form', 'portion'], '(NS REL CHE)\n'],
    [['--lang', 'fr'], 'NATO SECRET Communicable à Suisse\n'],
    [['--form', 'full'], 'NATO SECRET; Releasable To: Switzerland\n'],
  ])('with %j prints %s', async (args, out) => {
    expect(await run('label', 'mark', '--label', file('l.xml', labelXml('(NS REL CHE)')), ...args)).toEqual({
      code: 0,
      out,
      err: '',
    });
  });
  it('reads JSON as well, and cannot tell of a policy that is not known', async () => {
    const json = {
      policy: 'nato',
      classification: 'secret',
      categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
    };
    expect((await run('label', 'mark', '--label', file('l.json', JSON.stringify(json)))).out).toBe('NATO SECRET\n');
    expect(
      await run('label', 'mark', '--label', file('l.json', JSON.stringify({ ...json, policy: 'ACME' }))),
    ).toMatchObject({
      code: 2,
    });
    expect(await run('label', 'mark', '--label', file('l.json', '{"policy":'))).toMatchObject({ code: 2 });
  });
});

describe('imprimatur label validate', () => {
  it('says valid, not valid with every reason, or that it cannot tell', async () => {
    expect(await run('label', 'validate', file('v.xml', labelXml('(NS)')))).toEqual({
      code: 0,
      out: 'valid\n',
      err: '',
    });
    const undated = await run('label', 'validate', file('v.xml', labelXml('(NS)', '')));
    expect(undated).toMatchObject({
      code: 1,
      out: 'fault: review: a label without succession says when it is to be reviewed\nnot valid\n',
    });
    const broken = await run(
      'label',
      'validate',
      file('v.xml', labelXml('(NS)').replace(/<slab:CreationDateTime>.*\n/, '')),
      '--json',
    );
    expect(JSON.parse(broken.out)).toMatchObject({
      valid: false,
      faults: [expect.stringMatching(/^line 2: .*CreationDateTime is missing/)],
    });
    expect((await run('label', 'validate', file('v.xml', labelXml('(NS)').replace('>NATO<', '>ACME<')))).code).toBe(2);
    expect((await run('label', 'validate', '(NS)')).code).toBe(0);
  });
});

describe('imprimatur label decide', () => {
  it('grants and denies, with reasons', async () => {
    const secret = file('secret.xml', clearanceXml(4));
    expect(
      await run('label', 'decide', '--label', file('d.xml', labelXml('(NS)')), '--clearance', secret),
    ).toMatchObject({
      code: 0,
      out: expect.stringContaining('granted: NATO SECRET'),
    });
    const denied = await run('label', 'decide', '--label', '(CTS-A)', '--clearance', secret);
    expect(denied.code).toBe(1);
    expect(denied.out).toContain(
      '  FAIL classification: needs TOP SECRET; has UNCLASSIFIED, RESTRICTED, CONFIDENTIAL, SECRET',
    );
    expect(denied.out).toContain(
      '  FAIL restrictive: needs Special Category Designators: all of ATOMAL; has Special Category Designators: none',
    );
    expect(
      JSON.parse((await run('label', 'decide', '--label', '(CTS)', '--clearance', secret, '--json')).out),
    ).toMatchObject({
      granted: false,
    });
  });
  it('cannot tell without a clearance that can be read', async () => {
    expect(await run('label', 'decide', '--label', '(NS)', '--clearance', file('c.xml', '<a/>'))).toMatchObject({
      code: 2,
    });
  });

  withShared(`decides under a policy that is given: ${NEEDS}`, async () => {
    const v79 = file('v79.xml', sharedFile('nato-spif-v79.xml'));
    const label = file('17-4.xml', sharedFile('spiffing-nato-4774-17-4.nato.xml'));
    const [gbr, nzl] = ['0', '1'].map((number) =>
      file(`c${number}.xml`, sharedFile(`adatp4774-clearance-${number}.xml`)),
    );
    expect((await run('label', 'decide', '--policy', v79, '--label', label, '--clearance', gbr!)).code).toBe(0);
    expect((await run('label', 'decide', '--policy', v79, '--label', label, '--clearance', nzl!)).code).toBe(1);
  });
});

describe('imprimatur label rollup', () => {
  it('prints the banner of the parts and how it came about', async () => {
    const { code, out } = await run('label', 'rollup', '(NU)', '(NR REL UKR)', file('r.xml', labelXml('(NS)')));
    expect(code).toBe(0);
    expect(out).toContain('NATO SECRET\n  portion  (NS)\n  SECRET is the highest of UNCLASSIFIED, RESTRICTED, SECRET');
  });
  it('says when nobody may hold them together', async () => {
    expect(await run('label', 'rollup', '(NS ONLY DEU)', '(NS ONLY FRA)')).toMatchObject({
      code: 1,
      out: expect.stringContaining('NATO SECRET NOBODY'),
    });
  });
  it('raises with a reason and never lowers', async () => {
    expect((await run('label', 'rollup', '(NS)', '--raise', '(CTS)', '--reason', 'EXERCISE')).out).toBe(
      'COSMIC TOP SECRET\n',
    );
    expect((await run('label', 'rollup', '(NS)', '--raise', '(CTS)')).code).toBe(1);
    expect((await run('label', 'rollup', '(NS)', '--raise', '(NR)', '--reason', 'EXERCISE')).code).toBe(1);
  });
});

describe('imprimatur label equivalent', () => {
  it('says what a level is called elsewhere', async () => {
    const { code, out } = await run(
      'label',
      'equivalent',
      '(NC)',
      '--nation',
      'fra',
      '--nation',
      'ROU',
      '--on',
      '2026-06-05',
    );
    expect({ code, out }).toEqual({
      code: 0,
      out: 'FRA  none: Confidentiel défense ended on 2021-06-30\nROU  Secret (secondary)\n',
    });
    expect(JSON.parse((await run('label', 'equivalent', '(NS)', '--json')).out).national).toHaveLength(32);
    expect((await run('label', 'equivalent', '(NU)')).code).toBe(1);
  });
  it("reads a nation's word, and no word without its nation", async () => {
    expect((await run('label', 'equivalent', '--nation', 'ESP', '--word', 'SECRETO')).out).toBe(
      'NATO TOP SECRET (official journal)\n',
    );
    expect((await run('label', 'equivalent', '--nation', 'PRT', '--word', 'SECRETO')).out).toBe(
      'NATO SECRET (secondary)\n',
    );
    expect((await run('label', 'equivalent', '--word', 'SECRETO')).code).toBe(2);
    expect((await run('label', 'equivalent', '--nation', 'ESP', '--word', 'HUSH')).code).toBe(1);
  });
  it('offers alternatives where a label can have one', async () => {
    expect((await run('label', 'equivalent', '(NS)', '--nation', 'DEU', '--alternatives')).out).toBe('DEU  GEHEIM\n');
    expect((await run('label', 'equivalent', '(CTS-A)', '--nation', 'DEU', '--alternatives')).code).toBe(1);
  });
});

describe('imprimatur bind and verify binding', () => {
  const review = ['--review', '2031-06-05T00:00:00Z'];

  it('binds a file and its portions, and tells when the file has changed or is gone', async () => {
    const plan = file('plan.txt', 'EXERCISE the plan');
    const bound = await run(
      'bind',
      plan,
      '--label',
      '(CTS)',
      '--portion',
      'p3=(NR REL UKR)',
      '--type',
      'text/plain',
      ...review,
    );
    expect(bound).toMatchObject({ code: 0, out: '/mem/plan.txt.bdo\n' });
    const same = await run('verify', 'binding', '/mem/plan.txt.bdo');
    expect(same.code).toBe(0);
    expect(same.out).toContain('./plan.txt#p3: (NR REL UKR) (originator)\n./plan.txt: same\n');
    file('plan.txt', 'EXERCISE another plan');
    expect(await run('verify', 'binding', '/mem/plan.txt.bdo')).toMatchObject({ code: 1 });
    expect(JSON.parse((await run('verify', 'binding', '/mem/plan.txt.bdo', '--json')).out)).toMatchObject({
      ok: false,
      files: [{ outcome: 'changed' }],
    });
    files.delete('/mem/plan.txt');
    expect((await run('verify', 'binding', '/mem/plan.txt.bdo')).code).toBe(2);
  });

  it('opens no file but those beside the sidecar', async () => {
    const plan = file('plan.txt', 'EXERCISE the plan');
    await run('bind', plan, '--label', '(NS)', ...review);
    const elsewhere = files.get('/mem/plan.txt.bdo')!.toString().replaceAll('./plan.txt', '../../etc/passwd');
    expect((await run('verify', 'binding', file('evil.bdo', elsewhere))).code).toBe(2);
  });

  it('binds no label that is not valid, and reads no sidecar that is none', async () => {
    expect(await run('bind', file('plan.txt', 'x'), '--label', '(NS)')).toMatchObject({
      code: 1,
      err: expect.stringContaining('review'),
    });
    expect((await run('verify', 'binding', file('x.bdo', '<a/>'))).code).toBe(2);
  });
});

describe('the commands about marks', () => {
  it('have help with examples', async () => {
    for (const command of [
      ['spif', 'check'],
      ['spif', 'show'],
      ['label', 'parse'],
      ['label', 'mark'],
      ['label', 'validate'],
      ['label', 'decide'],
      ['label', 'rollup'],
      ['label', 'equivalent'],
      ['bind'],
      ['verify', 'binding'],
    ])
      expect(await run(...command, '--help')).toMatchObject({
        code: 0,
        out: expect.stringMatching(/Example:\n {2}\$ imprimatur /),
      });
  });
  it('write what can be read again', async () => {
    expect(readLabel(policies, labelXml('(NS)')).ok).toBe(true);
  });
});
