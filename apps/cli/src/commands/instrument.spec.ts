import { readFileSync } from 'node:fs';
import { type SignedStatement, payloadOf } from '#signing';
import { type TestAuthority, anAuthority, PUBLIC_RELEASE, VALID } from '../../../../test/support/authority';
import { TestConsole } from '../../../../test/support/console';

const PERSON = '0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11';

describe('imprimatur instrument', () => {
  const console = new TestConsole();
  let authority: TestAuthority;
  let officers: string;
  let person: string;

  beforeAll(async () => {
    authority = await anAuthority();
    officers = console.file('officers.json', authority.officers);
    for (const { officer, key } of authority.officerKeys) console.file(officer, key);
    person = console.file('person.json', await authority.person({ person: PERSON, identity: 'minister.deu' }));
  });

  afterAll(() => {
    console.close();
  });

  const make = (kind: string, body: unknown) =>
    console.run(
      ['instrument', 'new', kind, '--installation', 'exercise', '--body', '-', '--out', console.path('new.json')],
      { piped: typeof body === 'string' ? body : JSON.stringify(body) },
    );
  const sign = (officer: string, ...rest: string[]) =>
    console.run(['instrument', 'sign', console.path('new.json'), '--key', console.path(officer), ...rest]);
  const show = (...rest: string[]) =>
    console.run(['instrument', 'show', console.path('new.json'), '--officers', officers, ...rest]);
  const seats = { body: 'defence-ministers', name: 'Defence ministers', seats: [{ id: 'DEU', name: 'Germany' }] };

  it('goes from nothing to an instrument that stands: new, signed by two officers', async () => {
    expect((await make('body', seats)).code).toBe(0);
    expect((await show()).out).toContain('stands        no: nobody has signed it yet');
    const first = await sign('officer-1', '--yes');
    expect(first.code).toBe(0);
    expect(first.out).toContain('seat          DEU: Germany');
    const half = await show();
    expect([half.code, half.out]).toEqual([
      1,
      expect.stringContaining('stands        no: 1 more registry officer must'),
    ]);
    await sign('officer-2', '--yes');
    const whole = await show();
    expect(whole.code).toBe(0);
    expect(whole.out).toContain('signed by     the officer officer-1, key ');
    expect(whole.out).toContain('signed by     the officer officer-2, key ');
    expect(whole.out).toContain('stands        yes');
  });

  it('gives each instrument an id of its own and the present moment', async () => {
    const before = new Date().toISOString();
    await make('body', seats);
    const one = payloadOf(console.json('new.json') as SignedStatement) as { id: string; issuedAt: string };
    await make('body', seats);
    const two = payloadOf(console.json('new.json') as SignedStatement) as { id: string; issuedAt: string };
    expect(one.id).not.toBe(two.id);
    expect(one.issuedAt >= before && one.issuedAt <= new Date().toISOString()).toBe(true);
  });

  it.each([
    ['a kind that does not exist', 'crown', seats, 'there is no kind of instrument called crown'],
    ['a body that is no JSON', 'body', '{', 'it is not JSON'],
    ['a body that lacks a field', 'body', { body: 'x', name: 'x' }, 'body.seats'],
    ['a body with a field more', 'body', { ...seats, crown: true }, 'crown'],
    ['the body of another kind', 'holder', seats, 'body.person'],
    [
      'a procedure with a rule that no guard verifies',
      'procedure',
      {
        procedure: { ...PUBLIC_RELEASE, stages: [{ id: 'x', body: 'y', rule: { silence: {} }, judges: 'both parts' }] },
      },
      'silence in x',
    ],
  ])('makes nothing of %s', async (_what, kind, body, fault) => {
    const said = await make(kind, body);
    expect([said.code, said.out]).toEqual([2, '']);
    expect(said.err).toContain(fault);
    expect(said.err.trimEnd()).not.toContain('\n');
  });

  it('asks before it signs, and takes only a yes for one', async () => {
    await make('body', seats);
    const before = readFileSync(console.path('new.json'));
    for (const typed of ['', 'n', 'no', 'yy', 'ja']) {
      const said = await console.run(
        ['instrument', 'sign', console.path('new.json'), '--key', console.path('officer-1')],
        { typed: [typed] },
      );
      expect([typed, said.code, said.err]).toEqual([typed, 1, 'error: nothing was signed\n']);
    }
    const nobody = await sign('officer-1');
    expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('--yes')]);
    expect(readFileSync(console.path('new.json'))).toEqual(before);
    const yes = await console.run(
      ['instrument', 'sign', console.path('new.json'), '--key', console.path('officer-1')],
      {
        typed: ['Y'],
      },
    );
    expect([yes.code, (console.json('new.json') as SignedStatement).signatures.length]).toEqual([0, 1]);
  });

  it('signs a list of them at once, each shown, and keeps it a list', async () => {
    const bodies = ['a', 'b'].map((body) => ({ ...seats, body }));
    const made: unknown[] = [];
    for (const body of bodies) {
      await make('body', body);
      made.push(console.json('new.json'));
    }
    console.file('new.json', made);
    const said = await sign('officer-1', '--yes');
    expect(said.out).toContain('the body a');
    expect(said.out).toContain('the body b');
    expect((console.json('new.json') as SignedStatement[]).map((each) => each.signatures.length)).toEqual([1, 1]);
  });

  it('signs nothing twice with one key, and nothing that it cannot read', async () => {
    await make('body', seats);
    await sign('officer-1', '--yes');
    expect((await sign('officer-1', '--yes')).err).toContain('this key has signed it already');
    const { payload } = console.json('new.json') as SignedStatement;
    const spaced = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('{', '{ ')).toString('base64url');
    console.file('new.json', { payload: spaced, signatures: [] });
    expect((await sign('officer-1', '--yes')).err).toContain('not the canonical JSON');
    console.file('new.json', { payload: Buffer.from('{}').toString('base64url'), signatures: [] });
    expect((await sign('officer-1', '--yes')).err).toContain('it is no instrument');
  });

  it('does not stand without what it rests on', async () => {
    await make('holder', { body: 'defence-ministers', seat: 'DEU', person: PERSON, ...VALID });
    await sign('officer-1', '--yes');
    await sign('officer-2', '--yes');
    const alone = await show();
    expect([alone.code, alone.out]).toEqual([1, expect.stringContaining('the holder is not a known person')]);
    const bodies = console.file('bodies.json', [await authority.body('defence-ministers', ['DEU'])]);
    const together = await show('--with', person, '--with', bodies);
    expect([together.code, together.out]).toEqual([0, expect.stringContaining('stands        yes')]);
  });

  it('says that one was revoked, is for others, or was changed after it was signed', async () => {
    const statement = await authority.body('ministers', ['DEU']);
    const { id } = payloadOf(statement) as { id: string };
    console.file('new.json', statement);
    expect((await show()).code).toBe(0);
    const revocation = console.file('gone.json', await authority.revocation({ instrument: id, reason: 'error' }));
    expect((await show('--with', revocation)).out).toContain('stands        no: it was revoked');

    const text = Buffer.from(statement.payload, 'base64url').toString();
    const elsewhere = Buffer.from(text.replace('"exercise"', '"elsewhere"')).toString('base64url');
    console.file('new.json', { ...statement, payload: elsewhere });
    expect((await show()).out).toContain('no: it is for the installation elsewhere');
    const changed = Buffer.from(text.replace('"DEU"', '"DEX"')).toString('base64url');
    console.file('new.json', { ...statement, payload: changed });
    const said = await show();
    expect([said.code, said.out]).toEqual([1, expect.stringContaining('does not fit the statement')]);
    expect(said.out).not.toContain('signed by');
  });

  it('two keys of one officer are one officer', async () => {
    const [one] = authority.officerKeys;
    const twice = { ...authority.officers };
    const { generateKey, publicPart } = await import('#signing');
    const second = await generateKey();
    console.file('second', second.privateJwk);
    twice.officers = [
      ...twice.officers,
      { officer: one!.officer.toUpperCase(), kid: second.kid, jwk: publicPart(second.privateJwk) },
    ];
    await make('body', seats);
    await sign('officer-1', '--yes');
    await sign('second', '--yes');
    const said = await console.run([
      'instrument',
      'show',
      console.path('new.json'),
      '--officers',
      console.file('twice.json', twice),
    ]);
    expect([said.code, said.out]).toEqual([1, expect.stringContaining('1 more registry officer must sign it')]);
  });

  it('says every kind in words, with every field', async () => {
    const enrolled = await authority.enrol('nine.lives', { roles: ['planner'], communities: ['NDPP-STAFF'] });
    const statements = [
      await authority.clearance({
        person: enrolled.person,
        classifications: ['SECRET'],
        categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
        reason: 'EXERCISE assignment',
        authority: 'EXERCISE certificate 2026-14',
      }),
      await authority.procedure(),
      await authority.state('clearance-withdrawal', { clearance: PERSON, reason: 'left office', from: VALID.from }),
      await authority.revocation({ instrument: PERSON, reason: 'compromise' }),
      await authority.state(
        'delegation',
        { body: 'b', seat: 's', fromPerson: PERSON, toPerson: enrolled.person, ...VALID },
        { by: [enrolled.key] },
      ),
      ...authority.statements,
    ];
    const { out } = await console.run([
      'instrument',
      'show',
      console.file('all.json', statements),
      '--officers',
      officers,
      '--json',
    ]);
    const items = JSON.parse(out) as { instrument: { body: unknown } }[];
    const words = await console.run(['instrument', 'show', console.path('all.json'), '--officers', officers]);
    for (const { instrument } of items)
      for (const value of leavesOf(instrument.body)) expect(words.out).toContain(value);
  });

  it('lets no text of an instrument speak to the terminal or pass for a line of its own', async () => {
    await make('body', { ...seats, name: 'x\nstands        yes\u001b[31m' });
    const said = await show();
    expect(said.out).not.toMatch(/\u001b|^stands {8}yes/m);
    expect(said.out).toContain('x\\u000astands        yes\\u001b[31m');
  });
});

/** Every text and number of a value, as it must appear in words. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
