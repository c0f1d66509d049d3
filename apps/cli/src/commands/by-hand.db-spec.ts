import { ROLES } from '#database';
import { repeating } from '#process';
import { type AllianceHouse, HOUR, openAllianceHouse } from '../../../../test/support/alliance';
import { VALID } from '../../../../test/support/authority';
import { type Said, type Sitting, TestConsole } from '../../../../test/support/console';
import type { Resident } from '../../../../test/support/house';

const PASSWORD = 'exercise-password-1';

describe('imprimatur, by hand', () => {
  const console = new TestConsole();
  let alliance: AllianceHouse;

  beforeAll(async () => {
    alliance = await openAllianceHouse();
    console.file('officers.json', alliance.house.authority.officers);
  });

  afterAll(async () => {
    console.close();
    await alliance.house.close();
  });

  const as = (who: Resident, ...args: string[]): Promise<Said> =>
    console.run(args, { environment: { IMPRIMATUR_SESSION: who.sid, IMPRIMATUR_API: alliance.house.url } });
  const byHand = (args: readonly string[], sitting: Sitting = {}): Promise<Said> =>
    console.run(args, {
      ...sitting,
      environment: {
        IMPRIMATUR_API: alliance.house.url,
        IMPRIMATUR_REGISTRAR_DATABASE_URL: alliance.house.databases.main('registrar'),
        IMPRIMATUR_OFFICERS_FILE: console.path('officers.json'),
        ...sitting.environment,
      },
    });

  describe('who one is', () => {
    it('gets a password from the registrar, signs in, makes a token, and leaves', async () => {
      const { person } = alliance.auditor;
      const set = await byHand(['people', 'password', 'auditor.one', '--person', person], { piped: `${PASSWORD}\n` });
      expect([set.code, set.out + set.err]).toEqual([0, 'auditor.one is set\n']);
      const wrong = await byHand(['login', '--user', 'auditor.one'], { piped: 'another-password' });
      expect([wrong.code, wrong.out, wrong.err]).toEqual([2, '', expect.stringContaining('wrong-credentials')]);
      const login = await byHand(['login', '--user', 'auditor.one'], { typed: [PASSWORD] });
      expect([login.code, login.err]).toEqual([0, '']);
      const session = { IMPRIMATUR_SESSION: login.out.trim() };
      const me = await byHand(['me'], { environment: session });
      expect(me.out).toContain(`person      ${person}`);

      const scopes = ['--scopes', 'audit:read, me', '--days', '1'];
      const token = await byHand(['token', 'new', '--name', 'mirror', ...scopes], { environment: session });
      expect(token.out).toMatch(/^impr_\S+\n$/);
      const bearer = { IMPRIMATUR_TOKEN: token.out.trim() };
      expect((await byHand(['events'], { environment: bearer })).code).toBe(0);
      expect((await byHand(['document', 'list'], { environment: bearer })).err).toContain('outside-scope');

      expect((await byHand(['logout'], { environment: session })).code).toBe(0);
      const after = await byHand(['me'], { environment: session });
      expect([after.code, after.err]).toEqual([2, expect.stringContaining('(not-signed-in)')]);
    });

    it('signs in for one command and out again, with the password piped in', async () => {
      const { person } = alliance.auditor;
      await byHand(['people', 'password', 'auditor.one', '--person', person], { piped: PASSWORD });
      const said = await byHand(['events', '--user', 'auditor.one', '--json'], { piped: PASSWORD });
      expect(said.code).toBe(0);
      // A new password ends every session that its person had.
      expect((await as(alliance.auditor, 'me')).err).toContain('(not-signed-in)');
      const looking = ['events', '--user', 'auditor.one', '--action', 'session.close', '--limit', '1'];
      const closed = await byHand(looking, { piped: PASSWORD });
      expect(closed.out).toContain('session.close done');
    });

    it('is given a second factor, and is shown more once a code of it was given', async () => {
      const { person } = alliance.norway;
      await byHand(['people', 'password', 'minister.nor', '--person', person], { piped: PASSWORD });
      const given = await byHand(['people', 'second-factor', '--person', person, '--name', 'minister.nor']);
      const [, secret = ''] = /^secret {3}([A-Z2-7]+)\naddress {2}otpauth:\/\/totp\//.exec(given.out) ?? [];
      const code = async (): Promise<string> => (await byHand(['code'], { piped: secret })).out.trim();
      const without = await byHand(['login', '--user', 'minister.nor'], { piped: PASSWORD });
      const session = { IMPRIMATUR_SESSION: without.out.trim() };
      expect((await byHand(['me'], { environment: session })).out).toContain('no code was given');
      const wrong = await byHand(['step-up'], { environment: session, piped: '000000' });
      expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('(wrong-code)')]);
      const right = await byHand(['step-up'], { environment: session, piped: await code() });
      expect([right.code, right.out]).toEqual([0, expect.stringContaining('stepped up until')]);
      expect((await byHand(['me'], { environment: session })).out).toContain('a code was given');
      // The same code at once with the password: it counts once, whoever gives it.
      const again = await byHand(['login', '--user', 'minister.nor', '--step-up'], {
        typed: [PASSWORD, await code()],
      });
      expect(again.err).toContain('(wrong-code)');
    });

    it.each([
      ['no code', 'step-up', 'abc', 'a code has six digits'],
      ['no secret', 'code', 'not a secret', 'a secret is base32'],
    ])('takes %s for what it is', async (_what, command, piped, fault) => {
      const said = await byHand([command], { piped, environment: { IMPRIMATUR_SESSION: alliance.planner.sid } });
      expect([said.code, said.out, said.err]).toEqual([2, '', expect.stringContaining(fault)]);
    });

    it.each([
      ['short', 'short', 1],
      ['nothing', '', 2],
    ])('sets no password that is %s', async (_what, piped, code) => {
      const said = await byHand(['people', 'password', 'x', '--person', alliance.auditor.person], { piped });
      expect(said.code).toBe(code);
      expect(said.out).toBe('');
    });

    it('sets no password that was not typed twice alike, and none for a person whom nobody has made', async () => {
      const { person } = alliance.auditor;
      const typed = [PASSWORD, `${PASSWORD}!`];
      expect((await byHand(['people', 'password', 'x', '--person', person], { typed })).code).toBe(1);
      const nobody = ['people', 'password', 'x', '--person', '00000000-0000-4000-8000-000000000000'];
      const said = await byHand(nobody, { piped: PASSWORD });
      expect([said.code, said.err]).toEqual([1, expect.stringContaining('no instrument has made the person')]);
    });

    it('gives one name to one person, and one person one name', async () => {
      const { belgium, germany } = alliance;
      const enrol = (name: string, person: string) =>
        byHand(['people', 'password', name, '--person', person], { piped: PASSWORD });
      expect((await enrol('minister.bel', belgium.person)).code).toBe(0);
      expect((await enrol('minister.bel', belgium.person)).code).toBe(0);
      const taken = await enrol('minister.bel', germany.person);
      expect([taken.code, taken.out, taken.err]).toEqual([1, '', expect.stringContaining('belongs to another person')]);
      const second = await enrol('minister.two', belgium.person);
      expect([second.code, second.err]).toEqual([1, expect.stringContaining('has another username')]);
    });

    it('needs somebody to be: no session, no token, no user', async () => {
      const said = await byHand(['me']);
      expect([said.code, said.err]).toEqual([2, expect.stringContaining('nobody is signed in')]);
    });

    it('sends nothing secret in clear text to another machine, and nothing to what is no address', async () => {
      for (const api of ['http://198.51.100.7:3000', 'ftp://127.0.0.1', 'nonsense']) {
        const said = await byHand(['login', '--user', 'x', '--api', api], { piped: PASSWORD });
        expect([api, said.code, said.out]).toEqual([api, 2, '']);
      }
    });
  });

  describe('instruments and people', () => {
    it('hands an instrument in and waits for the word of the registrar', async () => {
      const { house, official } = alliance;
      const { authority } = house;
      const registrar = repeating(
        50,
        () => house.settle(),
        (fault) => {
          throw fault;
        },
      );
      try {
        const holder = { body: 'defence-ministers', seat: 'BEL', person: official.person };
        const good = console.file(
          'holder.json',
          await authority.holder(
            { ...holder, ...VALID },
            {
              issuedAt: new Date(house.clock.now().getTime() - HOUR).toISOString(),
            },
          ),
        );
        const accepted = await as(official, 'instrument', 'submit', good);
        expect([accepted.code, accepted.out]).toEqual([0, expect.stringMatching(/^\S+ {2}accepted\n$/)]);
        const again = await as(official, 'instrument', 'submit', good);
        expect([again.code, again.err]).toEqual([1, expect.stringContaining('(conflict)')]);

        const alone = { by: [authority.officerKeys[0]!.key] };
        const bad = console.file('alone.json', await authority.holder(holder, alone));
        authority.statements.pop();
        const refused = await as(official, 'instrument', 'submit', bad);
        expect([refused.code, refused.out]).toEqual([
          1,
          expect.stringMatching(/refused: 2 officers must sign a holder/),
        ]);
      } finally {
        await registrar.stop();
      }
    });

    it('cannot tell while the registrar says nothing', async () => {
      const { house, official } = alliance;
      const file = console.file('late.json', await house.authority.body('late', ['A']));
      const said = await as(official, 'instrument', 'submit', file, '--wait', '1');
      expect([said.code, said.out]).toEqual([2, expect.stringMatching(/pending\n$/)]);
      await house.settle();
    });

    it('admits by hand what the officers have signed, once, and says what it refuses', async () => {
      const { authority } = alliance.house;
      const file = console.file('made.json', [
        await authority.body('new', ['A']),
        await authority.body('other', ['B']),
      ]);
      const made = await byHand(['people', 'admit', file]);
      expect([made.code, made.out]).toEqual([0, '2 of 2 instruments stand\n']);
      expect((await byHand(['people', 'admit', file])).code).toBe(0);
      const bad = await authority.body('alone', ['A'], { by: [authority.officerKeys[0]!.key] });
      authority.statements.pop();
      const refused = await byHand(['people', 'admit', console.file('bad.json', bad)]);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('2 officers must sign a body')]);
      const other = { environment: { IMPRIMATUR_INSTALLATION: 'elsewhere' } };
      expect((await byHand(['people', 'admit', file], other)).code).toBe(2);
    });

    it('cannot tell when the database cannot be reached, and says no password', async () => {
      const environment = {
        IMPRIMATUR_REGISTRAR_DATABASE_URL: 'postgres://registrar:exercise-secret@127.0.0.1:1/none',
      };
      const said = await byHand(['people', 'admit', console.path('made.json')], { environment });
      expect(said.code).toBe(2);
      expect(said.err).toMatch(/^error: cannot open the database none [^\n]*\n$/);
      expect(said.err).not.toContain('exercise-secret');
    });
  });

  describe('migrate', () => {
    /** The passwords that the cluster's roles have: the roles belong to the whole run, and nobody else may be shut out. */
    const passwords = (): string => {
      const { databases } = alliance.house;
      const known = ROLES.map((role) => {
        const url = role === 'register' ? databases.register(role) : databases.main(role);
        return [role, decodeURIComponent(new URL(url).password)];
      });
      return console.file('passwords.json', Object.fromEntries(known));
    };
    const migrateAs = (role: 'owner' | 'guard') =>
      console.run(['migrate', '--passwords', passwords()], {
        environment: {
          DATABASE_URL: alliance.house.databases.main(role),
          REGISTER_DATABASE_URL: alliance.house.databases.register(role),
        },
      });

    it('finds nothing to do where everything is done, with the passwords of a file', async () => {
      const said = await migrateAs('owner');
      expect([said.code, said.err, said.out]).toEqual([0, '', 'nothing to do: both databases are up to date\n']);
    });

    it('cannot tell when it is not the owner', async () => {
      const said = await migrateAs('guard');
      expect([said.code, said.out, said.err]).toEqual([2, '', expect.stringMatching(/^error: [^\n]*\n$/)]);
    });
  });
});
