import { readFileSync, statSync, symlinkSync, chmodSync } from 'node:fs';
import { noteKeyOf, noteVerifierKey } from '#ledger';
import { type PrivateJwk, signStatement, thumbprint, verifyStatement, publicPart } from '#signing';
import { officersSchema } from '#workflow';
import { TestConsole } from '../../../../test/support/console';

describe('imprimatur key and officers', () => {
  let console: TestConsole;

  beforeEach(() => {
    console = new TestConsole();
  });

  afterEach(() => {
    console.close();
  });

  it.each(['Ed25519', 'ES256'])('makes an %s key that signs, in a file of its owner alone', async (alg) => {
    const file = console.path('key.json');
    const said = await console.run(['key', 'new', '--out', file, '--alg', alg]);
    expect(said.code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = console.json('key.json') as PrivateJwk;
    expect(said.out).toContain(thumbprint(key));
    expect(said.out).not.toContain(key.d);
    const statement = await signStatement('decision', { exercise: true }, key);
    expect((await verifyStatement('decision', statement, () => publicPart(key))).ok).toBe(true);
  });

  it('overwrites nothing, neither a file nor what a link leads to', async () => {
    const file = console.file('key.json', 'kept');
    symlinkSync(file, console.path('link.json'));
    for (const path of [file, console.path('link.json')]) {
      const said = await console.run(['key', 'new', '--out', path]);
      expect([said.code, said.out]).toEqual([2, '']);
      expect(said.err).toContain('it exists already');
    }
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  it('shows kid and public part, and never the private one', async () => {
    await console.run(['key', 'new', '--out', console.path('key.json')]);
    const { d } = console.json('key.json') as PrivateJwk;
    const said = await console.run([
      'key',
      'show',
      console.path('key.json'),
      '--json',
      '--public',
      console.path('pub'),
    ]);
    expect(said.code).toBe(0);
    expect(Object.keys(JSON.parse(said.out) as object)).toEqual(['kid', 'jwk']);
    expect(said.out + readFileSync(console.path('pub'), 'utf8')).not.toContain(d);
  });

  it.each([
    ['is no key', '{"kty":"OKP"}', 0o600, 'expected string'],
    ['is a key for something else', '{"kty":"RSA","crv":"","x":"","d":"x"}', 0o600, 'neither Ed25519 nor P-256'],
    ['may be read by others', '{"kty":"OKP","crv":"Ed25519","x":"x","d":"x"}', 0o640, 'chmod 600'],
  ])('does not use a file that %s', async (_what, content, mode, fault) => {
    const file = console.file('key.json', content);
    chmodSync(file, mode);
    const said = await console.run(['key', 'show', file]);
    expect([said.code, said.out]).toEqual([2, '']);
    expect(said.err).toContain(fault);
  });

  describe('officers make', () => {
    const vkey = (name: string, fill: number) => noteVerifierKey(noteKeyOf(name, new Uint8Array(32).fill(fill)));
    const [ledger, publicLog] = [vkey('exercise/ledger', 1), vkey('exercise/public-log', 2)];

    const make = async (officers: readonly string[], logs: readonly [string, string] = [ledger, publicLog]) => {
      const named = officers.flatMap((officer) => ['--officer', officer]);
      const keys = ['--ledger-key', logs[0], '--public-log-key', logs[1]];
      const to = ['--installation', 'exercise', '--out', console.path('officers.json')];
      return console.run(['officers', 'make', ...named, ...keys, ...to]);
    };

    beforeEach(async () => {
      for (const name of ['one', 'two'])
        await console.run(['key', 'new', '--out', console.path(name), '--public', console.path(`${name}.pub`)]);
    });

    it('writes a trust anchor of two officers, from a bare key and from what `key show --json` prints', async () => {
      const shown = await console.run(['key', 'show', console.path('two'), '--json']);
      const made = await make([`one=${console.path('one.pub')}`, `two=${console.file('two.json', shown.out)}`]);
      expect(made.code).toBe(0);
      const officers = officersSchema.parse(console.json('officers.json'));
      expect(officers.officers.map(({ officer }) => officer)).toEqual(['one', 'two']);
      expect(officers.logs).toEqual({ ledger, publicLog });
    });

    it('refuses what could never be one', async () => {
      const [one, two] = [`one=${console.path('one.pub')}`, `two=${console.path('two.pub')}`];
      expect((await make([one])).err).toContain('two officers at least');
      expect((await make([one, `ONE =${console.path('two.pub')}`])).err).toContain('two officers at least');
      expect((await make([one, `two=${console.path('one.pub')}`])).err).toContain('one key stands there twice');
      expect((await make([one, `two=${console.path('two')}`])).err).toContain('this is a private key');
      expect((await make([one, 'two'])).err).toContain('NAME=FILE');
      expect((await make([one, two], [ledger, ledger])).err).toContain('keys of their own');
      expect((await make([one, two], ['nonsense', publicLog])).err).toContain('--ledger-key');
      expect(() => console.json('officers.json')).toThrow();
    });
  });
});
