import { truncateSync, writeFileSync } from 'node:fs';
import type { Certificate } from '#certificate';
import { canonicalJson, payloadOf } from '#signing';
import { type TestAlliance, anAlliance, decide } from '../../../../test/support/authority';
import { aCertificate } from '../../../../test/support/certificate';
import { type Said, TestConsole } from '../../../../test/support/console';
import { LARGEST_FILE } from '../cli-io';

const RENDITION = '{}';

/** Takes every instrument of a kind out of a certificate. */
const without = (kind: string) => (copy: Certificate) => {
  copy.instruments = copy.instruments.filter((each) => (payloadOf(each) as { kind: string }).kind !== kind);
};

describe('imprimatur verify', () => {
  const console = new TestConsole();
  let alliance: TestAlliance;
  let certificate: Certificate;
  let officers: string;

  beforeAll(async () => {
    alliance = await anAlliance();
    certificate = await aCertificate(alliance);
    officers = console.file('officers.json', alliance.authority.officers);
    console.file('certificate.json', certificate);
    console.file('release.json', RENDITION);
  });

  afterAll(() => {
    console.close();
  });

  const verify = (content: unknown, ...rest: string[]): Promise<Said> =>
    console.run(['verify', 'certificate', console.file('given.json', content), '--officers', officers, ...rest]);

  const failing = ({ out }: Said): string[] =>
    out.split('\n').flatMap((line) => (line.startsWith('FAIL ') ? [line.split(/\s+/)[1]!] : []));

  describe('certificate', () => {
    it('says yes when every check holds, and names the release in the words that were signed', async () => {
      const said = await verify(certificate, '--file', console.path('release.json'));
      expect(said.code).toBe(0);
      expect(failing(said)).toEqual([]);
      expect(said.out).toMatch(/^ok {3}inclusion {2}leaf 2 of 5/m);
      expect(said.out).toMatch(/^ok {3}file:release\.json {2}sha256 44136fa3/m);
      expect(said.out).toContain('title    EXERCISE New capability targets\n');
      expect(said.out).not.toContain('not compared');
      expect(said.out.trimEnd().split('\n').at(-1)).toBe('verified');
    });

    it('says which files it did not compare', async () => {
      expect((await verify(certificate)).out).toContain('not compared: release.json');
    });

    const fields: [string, (copy: Certificate) => unknown, string[]][] = [
      ['the format', (copy) => Object.assign(copy, { format: 'imprimatur-certificate/2' }), ['format']],
      ['a field that no certificate has', (copy) => Object.assign(copy, { note: 'true' }), ['format']],
      ['a missing field', (copy) => Reflect.deleteProperty(copy, 'closedCommitment'), ['format']],
      ['the title', (copy) => (copy.outgoing.title = 'EXERCISE Others'), ['publication-proposal', 'decision']],
      ['the summary', (copy) => (copy.outgoing.summary += ' '), ['publication-proposal', 'decision']],
      [
        'the hash of a file',
        (copy) => (copy.outgoing.renditions[0]!.sha256 = '0'.repeat(64)),
        ['publication-proposal'],
      ],
      ['the window', (copy) => (copy.outgoing.window.notAfter = '2026-06-07T15:00:00Z'), ['publication-proposal']],
      ['the release', (copy) => (copy.outgoing.release = 'r-00000000000000000000'), ['publication-release']],
      [
        'the installation',
        (copy) => (copy.outgoing.installation = 'others'),
        ['publication-installation', 'installation'],
      ],
      ['the closed part', (copy) => (copy.closedCommitment = `sha256:${'d'.repeat(64)}`), ['publication-proposal']],
      [
        'a decision that is left out',
        (copy) => copy.decisions.pop(),
        ['publication-decisions:adoption', 'stage:adoption'],
      ],
      ['the procedure left out', without('procedure'), ['publication-stages', 'procedure']],
      ["the guard's key left out", without('service-key'), ['publication-signature']],
      ['a seat left out', without('holder'), ['decision', 'stage:adoption']],
      ['the place in the log', (copy) => (copy.log.leafIndex = 3), ['inclusion']],
      ['the size of the log', (copy) => (copy.log.treeSize = 6), ['tree-size']],
      ['a step of the proof', (copy) => (copy.log.inclusion[0] = '0'.repeat(64)), ['inclusion']],
      [
        'the checkpoint',
        (copy) => (copy.log.checkpoint = copy.log.checkpoint.replace('\n5\n', '\n6\n')),
        ['checkpoint-signature'],
      ],
    ];

    it.each(fields)('names what fails when one changes %s', async (_what, change, expected) => {
      const copy = structuredClone(certificate);
      change(copy);
      const said = await verify(copy);
      expect(said.code).toBe(1);
      expect(failing(said)).toEqual(expect.arrayContaining(expected));
      expect(said.out.trimEnd().split('\n').at(-1)).toMatch(/^NOT verified: /);
      expect(said.out).not.toContain('title    ');
    });

    it('believes no certificate of which any byte was changed', async () => {
      const text = canonicalJson(certificate);
      for (let place = 0; place < text.length; place += 211) {
        const changed = Buffer.from(text);
        changed[place] = changed[place]! ^ 1;
        const said = await verify(changed);
        expect({ place, code: said.code, named: failing(said).length > 0 }).toEqual({ place, code: 1, named: true });
      }
    });

    it('refuses the decision of somebody who holds no seat, whoever published it', async () => {
      const stranger = await alliance.authority.enrol('stranger');
      const forged = await decide(stranger, alliance.proposal, {
        stage: 'adoption',
        body: 'defence-ministers',
        seat: 'DEU',
      });
      const copy = structuredClone(certificate);
      const said = await verify({ ...copy, decisions: [copy.decisions[0]!, forged] });
      expect(said.code).toBe(1);
      expect(failing(said)).toEqual(expect.arrayContaining(['decision', 'publication-decisions:adoption']));
    });

    it('believes no officers but those it was given', async () => {
      const others = console.file('others.json', (await anAlliance()).authority.officers);
      const said = await console.run(['verify', 'certificate', console.path('certificate.json'), '--officers', others]);
      expect(said.code).toBe(1);
      expect(failing(said)).toEqual(expect.arrayContaining(['instrument', 'publication-signature']));
    });

    it('compares a file byte for byte, under the name that the release gave it', async () => {
      const changed = console.file('changed.json', '{ }');
      const wrong = await verify(certificate, '--file', `release.json=${changed}`);
      expect([wrong.code, failing(wrong)]).toEqual([1, ['file:release.json']]);
      const stranger = await verify(certificate, '--file', changed);
      expect([stranger.code, failing(stranger)]).toEqual([1, ['file:changed.json']]);
      const right = await verify(certificate, '--file', `release.json=${console.file('renamed', RENDITION)}`);
      expect(right.code).toBe(0);
    });

    it.each([
      ['no JSON', '{', 'it is not JSON'],
      ['nothing', '', 'it is not JSON'],
      ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]), 'it is not UTF-8'],
      ['a list', [], 'expected object'],
      ['null', null, 'expected object'],
    ])('says no to %s', async (_what, content, fault) => {
      const said = await verify(content);
      expect(said.code).toBe(1);
      expect(said.out).toContain('FAIL format');
      expect(said.out).toContain(fault);
    });

    it('prints every check as JSON', async () => {
      const said = await verify({ ...certificate, closedCommitment: `sha256:${'d'.repeat(64)}` }, '--json');
      const printed = JSON.parse(said.out) as { ok: boolean; findings: { check: string; ok: boolean }[] };
      expect([said.code, printed.ok]).toEqual([1, false]);
      expect(printed.findings.filter((each) => !each.ok).map((each) => each.check)).toContain('publication-proposal');
    });

    it('lets no text of a certificate speak to the terminal', async () => {
      const copy = structuredClone(certificate);
      copy.outgoing.installation = '\u001b[2Jok\nverified\u202e';
      const said = await verify(copy);
      expect(said.code).toBe(1);
      expect(said.out).not.toMatch(/[\u001b\u202e]|^verified/m);
      expect(said.out).toContain('\\u001b[2Jok\\u000averified\\u202e');
    });
  });

  describe('what cannot be told', () => {
    const tell = (file: string, trust = officers): Promise<Said> =>
      console.run(['verify', 'certificate', file, '--officers', trust]);

    it.each([
      ['is missing', () => console.path('none.json'), 'there is no such file'],
      ['is a folder', () => console.folder, 'is a folder'],
      ['never ends', () => '/dev/zero', 'is too large'],
      [
        'is huge',
        () => {
          writeFileSync(console.path('huge.json'), '');
          truncateSync(console.path('huge.json'), LARGEST_FILE + 1);
          return console.path('huge.json');
        },
        'is too large',
      ],
    ])('answers 2, in one line, when the file %s', async (_what, file, fault) => {
      const said = await tell(file());
      expect([said.code, said.out]).toEqual([2, '']);
      expect(said.err).toMatch(/^error: [^\n]*\n$/);
      expect(said.err).toContain(fault);
    });

    it.each([
      ['is missing', () => console.path('none.json')],
      ['is not JSON', () => console.file('bad-officers.json', '{')],
      [
        'names one human twice',
        () => {
          const { officers: known, ...rest } = alliance.authority.officers;
          const [one, two] = known;
          return console.file('one-human.json', {
            ...rest,
            officers: [one, { ...two!, officer: one!.officer.toUpperCase() }],
          });
        },
      ],
      [
        'names a key of a log that is none',
        () => {
          const { logs, ...rest } = alliance.authority.officers;
          return console.file('bad-log.json', {
            ...rest,
            logs: { ...logs, publicLog: `${logs.publicLog.slice(0, -2)}A=` },
          });
        },
      ],
    ])("answers 2 when the officers' file %s", async (_what, trust) => {
      const said = await tell(console.path('certificate.json'), trust());
      expect([said.code, said.out]).toEqual([2, '']);
      expect(said.err).toMatch(/^error: [^\n]*\n$/);
    });

    it('answers 2 when a file of the release is missing', async () => {
      expect((await verify(certificate, '--file', console.path('none.pdf'))).code).toBe(2);
    });

    it('answers 2 when it was not asked properly', async () => {
      expect((await console.run(['verify', 'certificate', console.path('certificate.json')])).code).toBe(2);
      expect((await console.run(['verify', 'everything'])).code).toBe(2);
      expect((await console.run([])).code).toBe(2);
    });
  });
});
