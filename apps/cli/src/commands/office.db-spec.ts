import { readFileSync } from 'node:fs';
import type { CaseView, DocumentView } from '#contracts';
import { findRelease } from '#register';
import {
  type AllianceHouse,
  PACKAGE,
  aRequest,
  openAllianceHouse,
  publishedCase,
  submittedCase,
} from '../../../../test/support/alliance';
import { type Said, TestConsole } from '../../../../test/support/console';
import { aDocument } from '../../../../test/support/documents';
import type { Resident } from '../../../../test/support/house';

describe('imprimatur at the office', () => {
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
  describe('import', () => {
    it('takes a document and its next version in, from a file and from a pipe', async () => {
      const said = await as(alliance.planner, 'import', console.file('package.md', PACKAGE.text()));
      expect(said.code).toBe(0);
      const [, id] = /^([0-9a-f-]{36}) {2}5 portions\n$/.exec(said.out) ?? [];
      const next = PACKAGE.saying('(NU) EXERCISE One paragraph more, in the second version.').text();
      const version = await console.run(['import', '-', '--version-of', id!, '--json'], {
        environment: { IMPRIMATUR_SESSION: alliance.planner.sid, IMPRIMATUR_API: alliance.house.url },
        piped: next,
      });
      expect([version.code, JSON.parse(version.out)]).toEqual([0, { id, portions: 6 }]);
    });

    it('prints every fault as FILE:line: code: reason, and nothing is stored', async () => {
      const before = (await as(alliance.planner, 'document', 'list')).out;
      const text = aDocument()
        .titled('(NU) EXERCISE A package')
        .saying('EXERCISE a paragraph without a mark', '(XYZ) EXERCISE a mark that is none')
        .text();
      const file = console.file('faulty.md', text);
      const lines = text.split('\n');
      const at = (needle: string): number => lines.findIndex((line) => line.includes(needle)) + 1;
      const said = await as(alliance.planner, 'import', file);
      expect([said.code, said.out]).toEqual([1, '']);
      const printed = said.err.trimEnd().split('\n');
      expect(printed.at(-1)).toMatch(/^refused: .* \(import-refused\)$/);
      expect(printed[0]).toMatch(new RegExp(`^${file}:${String(at('without a mark'))}: [a-z-]+: .+`));
      expect(printed[1]).toMatch(new RegExp(`^${file}:${String(at('mark that is none'))}: [a-z-]+: .+`));
      expect((await as(alliance.planner, 'document', 'list')).out).toBe(before);
    });

    it('answers 2 for a file that is not there, before anybody signs in', async () => {
      const said = await console.run(['import', console.path('none.md')]);
      expect([said.code, said.err]).toEqual([2, `error: ${console.path('none.md')}: there is no such file\n`]);
    });

    it('says why somebody may not import', async () => {
      const said = await as(alliance.requester, 'import', console.file('package.md', PACKAGE.text()));
      expect([said.code, said.err]).toEqual([
        1,
        expect.stringMatching(/^refused: .*\(not-permitted\)\n {2}\S+: needs /),
      ]);
    });
  });

  describe('document', () => {
    it('attaches a file under a mark of its own, and fetches it again', async () => {
      const { documentId } = await submittedCase(alliance);
      const path = console.file('depots.csv', 'EXERCISE;depots\n');
      const attach = (...args: string[]) => as(alliance.planner, 'document', 'attach', documentId, path, ...args);
      expect((await attach()).code).toBe(2);
      const said = await attach('--mark', '(CTS)');
      const [, id = ''] = /^([0-9a-f-]{36}) {2}sha256 [0-9a-f]{64}\n$/.exec(said.out) ?? [];
      const shown = await as(alliance.planner, 'document', 'show', documentId);
      expect(shown.out).toContain(`attached ${id}  (CTS) depots.csv  text/csv, 16 bytes`);
      const out = `${path}.fetched`;
      expect((await as(alliance.planner, 'document', 'attachment', documentId, id, '--out', out)).code).toBe(0);
      expect(readFileSync(out, 'utf8')).toBe('EXERCISE;depots\n');
      expect((await as(alliance.planner, 'document', 'attachment', documentId, id, '--out', out)).code).toBe(2);
      expect(
        (await as(alliance.stranger, 'document', 'attachment', documentId, id, '--out', `${out}.2`)).err,
      ).toContain('not-found');
      expect(
        (
          await as(
            alliance.planner,
            'document',
            'attach',
            documentId,
            console.file('x.exe', 'EXERCISE'),
            '--mark',
            '(NS)',
          )
        ).err,
      ).toContain('--type');
    });

    it('shows each reader their cut, every portion behind its mark, under the banner', async () => {
      const { documentId } = await submittedCase(alliance);
      const whole = await as(alliance.planner, 'document', 'show', documentId);
      const lines = whole.out.trimEnd().split('\n');
      expect([lines[0], lines.at(-1)]).toEqual(['COSMIC TOP SECRET', 'COSMIC TOP SECRET']);
      expect(whole.out).toContain('4. (CTS) EXERCISE The reserve brigades');
      const listed = await as(alliance.planner, 'document', 'list');
      expect(listed.out).toMatch(new RegExp(`^${documentId} .*\\(CTS\\) EXERCISE New capability targets$`, 'm'));
      const json = JSON.parse(
        (await as(alliance.planner, 'document', 'show', documentId, '--json')).out,
      ) as DocumentView;
      expect(json.portions).toHaveLength(5);
    });

    it('answers no for what somebody may not know of, as for what does not exist', async () => {
      const { documentId } = await submittedCase(alliance);
      const hidden = await as(alliance.stranger, 'document', 'show', documentId);
      const absent = await as(alliance.stranger, 'document', 'show', '00000000-0000-4000-8000-000000000000');
      expect(hidden).toEqual(absent);
      expect([hidden.code, hidden.out]).toEqual([1, '']);
    });

    it('takes an id for an id alone', async () => {
      const said = await as(alliance.planner, 'document', 'show', '../me');
      expect([said.code, said.out, said.err]).toEqual([2, '', expect.stringContaining('not an id')]);
    });

    it('pages', async () => {
      await submittedCase(alliance);
      await submittedCase(alliance);
      const first = await as(alliance.planner, 'document', 'list', '--limit', '1');
      const [, cursor] = /--cursor (\S+)/.exec(first.err) ?? [];
      const second = await as(alliance.planner, 'document', 'list', '--limit', '1', '--cursor', cursor!);
      expect([second.code, second.out.split('\n').length]).toEqual([0, 2]);
      expect(second.out).not.toBe(first.out);
    });
  });

  describe('case', () => {
    it('goes its way: submit, freeze, return, amend, withdraw', async () => {
      const { id } = await alliance.planner.client.importDocument(PACKAGE.text());
      const document = await alliance.requester.client.document(id);
      const request = aRequest(document, alliance.house.clock.now());
      const submitted = await as(alliance.requester, 'case', 'submit', console.file('request.json', request));
      expect(submitted.code).toBe(0);
      const caseId = submitted.out.trim();
      const frozen = await as(alliance.requester, 'case', 'freeze', caseId);
      expect(frozen.out).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      const returned = await as(alliance.firstReviewer, 'case', 'return', caseId, '--reason', 'EXERCISE Once more.');
      expect([returned.code, returned.out]).toEqual([0, 'returned\n']);
      const { title, summary, window, items } = request;
      const file = console.file('amended.json', { title: `${title}, amended`, summary, window, items });
      expect((await as(alliance.requester, 'case', 'amend', caseId, file)).out).toBe('amended\n');
      const shown = await as(alliance.requester, 'case', 'show', caseId);
      expect(shown.out).toContain('draft, round 2');
      const reason = console.file('why.txt', 'EXERCISE No longer needed.');
      expect((await as(alliance.requester, 'case', 'withdraw', caseId, '--reason-file', reason)).out).toBe(
        'withdrawn\n',
      );
      const again = await as(alliance.requester, 'case', 'freeze', caseId);
      expect([again.code, again.err]).toEqual([1, expect.stringContaining('needs')]);
    });

    it('shows where it stands, who is missing, and every text behind its mark', async () => {
      const { caseId } = await submittedCase(alliance);
      await alliance.requester.client.freezeCase(caseId);
      const { out } = await as(alliance.requester, 'case', 'show', caseId);
      const view = JSON.parse((await as(alliance.requester, 'case', 'show', caseId, '--json')).out) as CaseView;
      expect(out.split('\n')[0]).toBe(view.mark);
      expect(out).toContain(`title         ${view.mark} ${view.title}`);
      expect(out).toContain('stage         consent: open, 0 of 1; missing: ACT Allied Command Transformation');
      expect(out).toContain('item 3        (NS) substitute');
      expect(out).toContain('(NS) EXERCISE Air defence has priority.');
      const list = await as(alliance.requester, 'case', 'list');
      expect(list.out).toMatch(
        new RegExp(`^${caseId} .*${view.mark.replace(/[()]/g, '\\$&')} EXERCISE Ministers`, 'm'),
      );
    });

    it('asks for a reason, and for a request that has its form', async () => {
      const { caseId } = await submittedCase(alliance);
      expect((await as(alliance.requester, 'case', 'withdraw', caseId)).code).toBe(2);
      const bad = await as(alliance.requester, 'case', 'submit', console.file('bad.json', { title: 'EXERCISE' }));
      expect([bad.code, bad.err]).toEqual([2, expect.stringMatching(/^error: .*bad\.json: document: [^\n]*\n$/)]);
      expect((await as(alliance.releaseOfficer, 'case', 'schedule', caseId, '--at', 'tomorrow')).code).toBe(2);
    });
  });

  describe('proofs of what was published', () => {
    it('verify offline: the certificate with its files, an event, and that the ledger only grew', async () => {
      const { house, auditor, requester } = alliance;
      const { release, documentId, caseId } = await publishedCase(alliance);
      const stored = await (await house.as('register', 'register')).asDuty((tx) => findRelease(tx, release));
      const { outgoing } = await requester.client.proposal(caseId);
      const files: string[] = [];
      for (const { name } of outgoing.renditions)
        files.push(console.file(name, await requester.client.rendition(caseId, name)));
      const officers = ['--officers', console.path('officers.json')];
      const certificate = console.file('certificate.json', stored!.certificate);
      const verified = await console.run(['verify', 'certificate', certificate, ...officers, '--file', ...files]);
      expect([verified.code, verified.out]).toEqual([0, expect.stringMatching(/\nverified\n$/)]);
      expect(verified.out).not.toContain('not compared');

      await house.seal();
      await as(auditor, 'events', 'checkpoint', '--out', console.path('older.json'));
      const found = await as(auditor, 'events', '--document', documentId, '--action', 'document.import', '--json');
      const [event] = (JSON.parse(found.out) as { items: { id: string }[] }).items;
      expect((await as(auditor, 'events', 'proof', event!.id, '--out', console.path('proof.json'))).code).toBe(0);
      expect((await console.run(['verify', 'event', console.path('proof.json'), ...officers])).code).toBe(0);

      await house.seal();
      await as(auditor, 'events', 'checkpoint', '--out', console.path('newer.json'));
      const sizes = ['older', 'newer'].map((name) =>
        String((console.json(`${name}.json`) as { treeSize: number }).treeSize),
      );
      expect(Number(sizes[1])).toBeGreaterThan(Number(sizes[0]));
      await as(auditor, 'events', 'consistency', ...sizes, '--out', console.path('grown.json'));
      const [older, newer, grown] = ['older.json', 'newer.json', 'grown.json'].map((name) => console.path(name));
      const only = await console.run(['verify', 'consistency', older!, newer!, grown!, ...officers]);
      expect([only.code, only.out]).toEqual([0, expect.stringContaining('ok   only-appended')]);
    });

    it('are for auditors, and list ids and codes', async () => {
      const { documentId } = await submittedCase(alliance);
      const said = await as(alliance.auditor, 'events', '--document', documentId);
      expect(said.out).toMatch(/ {2}document\.import done {2}/);
      expect(said.out).not.toContain('capability targets');
      expect((await as(alliance.planner, 'events')).code).toBe(1);
    });
  });
});
