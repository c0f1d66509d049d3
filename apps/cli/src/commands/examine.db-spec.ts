import { readFileSync } from 'node:fs';
import { shippedRules } from '#access';
import { type Repeating, repeating } from '#process';
import { type AllianceHouse, PACKAGE, openAllianceHouse } from '../../../../test/support/alliance';
import { type Said, TestConsole } from '../../../../test/support/console';
import type { Resident } from '../../../../test/support/house';
import { aPerson } from '../../../../test/support/people';

const ABSENT = '00000000-0000-4000-8000-000000000000';

describe('imprimatur explain, examine and rules', () => {
  const console = new TestConsole();
  let alliance: AllianceHouse;
  let officer: Resident;
  let document: string;
  let registrar: Repeating;

  beforeAll(async () => {
    alliance = await openAllianceHouse();
    const { house, planner } = alliance;
    ({ officer } = await house.enrol({ officer: aPerson('security').inRole('security-officer') }));
    document = (await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text())).id;
    registrar = repeating(
      50,
      () => house.settle(),
      () => undefined,
    );
    for (const [n, { key }] of house.authority.officerKeys.entries())
      console.file(`officer-${String(n)}.key.json`, key);
  });

  afterAll(async () => {
    console.close();
    await registrar.stop();
    await alliance.house.close();
  });

  const as = (who: Resident, ...args: string[]): Promise<Said> =>
    console.run(args, { environment: { IMPRIMATUR_SESSION: who.sid, IMPRIMATUR_API: alliance.house.url } });

  describe('explain', () => {
    it('tells why one may, and why one may not', async () => {
      const { official } = alliance;
      const may = await as(official, 'explain', document);
      expect([may.code, may.err]).toEqual([0, '']);
      expect(may.out).toMatch(/^permit {2}read document .*\nyes {2}session/);
      const mayNot = await as(official, 'explain', document, '--action', 'import');
      expect([mayNot.code, mayNot.out]).toEqual([1, expect.stringMatching(/NO {3}rules .*none for the roles/)]);
    });

    it('could not tell of what is not there, nor of what nobody does', async () => {
      const { official } = alliance;
      expect(await as(official, 'explain', ABSENT)).toMatchObject({
        code: 1,
        err: expect.stringContaining('not-found') as string,
      });
      expect(await as(official, 'explain', document, '--action', 'schedule')).toMatchObject({ code: 2 });
      expect(await as(official, 'explain', document, '--at', '2026-01-01T00:00:00Z')).toMatchObject({ code: 2 });
    });

    it('a security officer asks about somebody else, and hears what would help', async () => {
      const { portions } = await alliance.planner.client.document(document);
      const about = ['--person', alliance.planner.person, '--portion', portions[3]!.id];
      expect((await as(officer, 'explain', document, ...about)).code).toBe(0);
      const plain = await as(officer, 'explain', document, ...about, '--plain');
      expect([plain.code, plain.out]).toEqual([1, expect.stringContaining('it would help to step up')]);
      expect((await as(alliance.official, 'explain', document, ...about)).err).toContain('not-permitted');
    });
  });

  describe('examine', () => {
    it('who can read, and what', async () => {
      const { official } = alliance;
      const who = await as(officer, 'examine', 'who-can-read', document, '--verdict', 'permit', '--limit', '200');
      expect(who.code).toBe(0);
      expect(who.out).toContain(`permit  ${official.person}  ${official.office} (DEU)  3 of 5 portions`);
      const what = await as(officer, 'examine', 'what-can-read', official.person, '--count');
      expect([what.code, what.err]).toEqual([0, 'in all: 1 documents, 3 portions\n']);
      expect(what.out).toContain(`${document}  `);
    });

    it('what if a portion stood under another label', async () => {
      const { portions } = await alliance.planner.client.document(document);
      const supposed = ['--portion', portions[3]!.id, '--mark', '(NS)'];
      const said = await as(officer, 'examine', 'what-if', document, ...supposed);
      expect([said.code, said.out]).toEqual([0, expect.stringContaining(`gain  1\n  ${alliance.official.person}  `)]);
      expect((await as(officer, 'examine', 'what-if', document)).code).not.toBe(0);
    });

    it('replays a recorded decision', async () => {
      await alliance.germany.client.document(document);
      const { items } = await alliance.auditor.client.events({
        person: alliance.germany.person,
        action: 'document.read',
      });
      const said = await as(officer, 'examine', 'replay', items[0]!.id);
      expect([said.code, said.err]).toEqual([0, '']);
      expect(said.out).toContain('again     permit: the same');
      expect((await as(officer, 'examine', 'replay', ABSENT)).code).toBe(1);
    });
  });

  describe('rules', () => {
    const rules = {
      ...shippedRules,
      version: 'exercise-cli',
      rules: [
        ...shippedRules.rules,
        { id: 'planners-only-write', roles: ['planner'], action: 'read', subject: 'Document', inverted: true },
      ],
    };
    const world = readFileSync('libs/access/src/rules/worlds/documents-and-cases.yaml', 'utf8');

    it('are shown and checked, with what a world expects', async () => {
      const shown = await as(alliance.official, 'rules', 'show');
      expect([JSON.parse(shown.out), shown.err]).toEqual([
        shippedRules,
        `${shippedRules.version}, in force as shipped\n`,
      ]);
      const files = [console.file('shipped.json', shippedRules), '--worlds', console.file('world.yaml', world)];
      const sound = await console.run(['rules', 'check', ...files]);
      expect([sound.code, sound.out]).toEqual([0, expect.stringMatching(/^sound: /m)]);
      files[0] = console.file('rules.json', rules);
      const unsound = await console.run(['rules', 'check', ...files]);
      expect([unsound.code, unsound.out]).toEqual([1, expect.stringContaining('planners-only-write')]);
    });

    it('that are none are not', async () => {
      const misspelt = { ...rules, rules: [{ id: 'x', roles: ['*'], action: 'reed', subject: 'Document' }] };
      const said = await console.run(['rules', 'check', console.file('misspelt.json', misspelt)]);
      expect([said.code, said.out]).toEqual([1, expect.stringContaining('nobody does reed to Document')]);
      expect((await console.run(['rules', 'check', console.file('no.json', 'no JSON')])).code).toBe(2);
      const signing = ['--key', console.path('officer-0.key.json'), '--installation', 'x', '--yes'];
      expect((await console.run(['rules', 'activate', console.path('misspelt.json'), ...signing])).code).toBe(2);
    });

    it('are previewed for security officers', async () => {
      const said = await as(officer, 'rules', 'preview', console.file('rules.json', rules));
      expect([said.code, said.err]).toEqual([0, '']);
      expect(said.out).toContain('read Document: lose  1 people, 1 things, 1 decisions');
      expect((await as(alliance.official, 'rules', 'preview', console.path('rules.json'))).err).toContain(
        'not-permitted',
      );
    });

    it('come into force when the second officer has signed, and not before', async () => {
      const { installation } = alliance.house.authority;
      const file = console.file('rules.json', rules);
      const key = (n: number): string[] => ['--key', console.path(`officer-${String(n)}.key.json`), '--yes'];
      const first = await as(officer, 'rules', 'activate', file, '--installation', installation, ...key(0));
      expect([first.code, first.out]).toEqual([0, expect.stringContaining('needs the signature of another officer')]);
      expect((await officer.client.rules()).version).toBe(shippedRules.version);
      const instrument = `${file}.instrument.json`;
      const again = await as(officer, 'rules', 'activate', instrument, ...key(0));
      expect([again.code, again.err]).toEqual([2, expect.stringContaining('this key has signed it already')]);
      const second = await as(officer, 'rules', 'activate', instrument, ...key(1));
      expect([second.code, second.out]).toEqual([0, expect.stringContaining('accepted')]);
      expect((await officer.client.rules()).version).toBe('exercise-cli');
    });
  });
});
