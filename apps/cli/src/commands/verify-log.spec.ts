import { EVENT_PROOF_FORMAT, checkpointBody, leafDataOf, noteKeyOf, noteVerifierKey, signNote } from '#ledger';
import { canonicalJson } from '#signing';
import { type TestAuthority, anAuthority } from '../../../../test/support/authority';
import { aLog, filler } from '../../../../test/support/certificate';
import { type Said, TestConsole } from '../../../../test/support/console';

describe('imprimatur verify, of a log', () => {
  const console = new TestConsole();
  let authority: TestAuthority;
  let officers: string;

  beforeAll(async () => {
    authority = await anAuthority();
    officers = console.file('officers.json', authority.officers);
  });

  afterAll(() => {
    console.close();
  });

  const failing = ({ out }: Said): string[] =>
    out.split('\n').flatMap((line) => (line.startsWith('FAIL ') ? [line.split(/\s+/)[1]!] : []));

  describe('event', () => {
    const salt = 'ab'.repeat(32);
    const record = { action: 'document.read', at: '2026-06-05T15:00:05Z', outcome: 'done' };
    let proof: Record<string, unknown>;
    let ledgerKey: string;

    beforeAll(() => {
      const { ledger } = authority.logSeeds;
      ledgerKey = noteVerifierKey(noteKeyOf('exercise/ledger', ledger));
      const leaf = leafDataOf(canonicalJson(record), Buffer.from(salt, 'hex'));
      const log = aLog('exercise/ledger', ledger, [filler(0), leaf, filler(2)]);
      proof = {
        format: EVENT_PROOF_FORMAT,
        record,
        salt,
        leafIndex: 1,
        treeSize: 3,
        inclusion: log.inclusion(1),
        checkpoint: log.checkpoint(),
      };
    });

    const verifyEvent = (content: unknown, ...trust: string[]): Promise<Said> =>
      console.run([
        'verify',
        'event',
        console.file('event.json', content),
        ...(trust.length === 0 ? ['--officers', officers] : trust),
      ]);

    it("says yes by the officers' file, and by the key of the log alone", async () => {
      expect((await verifyEvent(proof)).code).toBe(0);
      expect((await verifyEvent(proof, '--log-key', ledgerKey)).code).toBe(0);
    });

    it.each([
      ['the record', { record: { ...record, outcome: 'refused' } }, 'inclusion'],
      ['the salt', { salt: 'ac'.repeat(32) }, 'inclusion'],
      ['the place', { leafIndex: 2 }, 'inclusion'],
      ['the size', { treeSize: 4 }, 'tree-size'],
      ['the proof', { inclusion: ['0'.repeat(64), '0'.repeat(64)] }, 'inclusion'],
      ['the checkpoint', { checkpoint: 'exercise/ledger\n' }, 'checkpoint-signature'],
      ['the format', { format: 'imprimatur-event-proof/2' }, 'format'],
      ['a field more', { extra: 1 }, 'format'],
    ])('names what fails when one changes %s', async (_what, change, check) => {
      const said = await verifyEvent({ ...proof, ...change });
      expect([said.code, failing(said)]).toEqual([1, [check]]);
    });

    it('does not take the public log for the ledger', async () => {
      const { publicLog } = authority.logSeeds;
      const leaf = leafDataOf(canonicalJson(record), Buffer.from(salt, 'hex'));
      const log = aLog('exercise/public-log', publicLog, [filler(0), leaf, filler(2)]);
      const said = await verifyEvent({ ...proof, checkpoint: log.checkpoint() });
      expect([said.code, failing(said)]).toEqual([1, ['checkpoint-signature']]);
    });

    it('believes exactly one source of keys', async () => {
      expect((await verifyEvent(proof, '--log-key', 'no key')).code).toBe(2);
      expect((await verifyEvent(proof, '--log-key', ledgerKey, '--officers', officers)).code).toBe(2);
      expect((await console.run(['verify', 'event', console.path('event.json')])).code).toBe(2);
    });

    it('says no to what is not JSON', async () => {
      expect(failing(await verifyEvent('no'))).toEqual(['format']);
    });
  });

  describe('checkpoint and consistency', () => {
    const leaves = [0, 1, 2, 3, 4].map(filler);
    const ledger = () => aLog('exercise/ledger', authority.logSeeds.ledger, leaves);
    const consistency = (older: unknown, newer: unknown, proof: unknown): Promise<Said> =>
      console.run([
        'verify',
        'consistency',
        console.file('older', older),
        console.file('newer', newer),
        console.file('proof.json', proof),
        '--officers',
        officers,
      ]);

    it('says what a signed checkpoint states, bare or as the api gives it', async () => {
      const checkpoint = ledger().checkpoint();
      for (const content of [checkpoint, { treeSize: 5, checkpoint }]) {
        const said = await console.run(['verify', 'checkpoint', console.file('c', content), '--officers', officers]);
        expect(said.code).toBe(0);
        expect(said.out).toMatch(/exercise\/ledger, 5 leaves, root [0-9a-f]{64}/);
      }
    });

    it('says no to a checkpoint that no key of the log has signed', async () => {
      const changed = ledger().checkpoint().replace('\n5\n', '\n4\n');
      const said = await console.run(['verify', 'checkpoint', console.file('c', changed), '--officers', officers]);
      expect([said.code, failing(said)]).toEqual([1, ['checkpoint-signature']]);
    });

    it('says no to a key that signs for another log', async () => {
      const body = checkpointBody({ origin: 'exercise/ledger', size: 1, root: new Uint8Array(32) });
      const note = signNote(body, 'exercise/public-log', authority.logSeeds.publicLog);
      const said = await console.run(['verify', 'checkpoint', console.file('c', note), '--officers', officers]);
      expect([said.code, failing(said)]).toEqual([1, ['checkpoint-origin']]);
    });

    it('shows that a log was only appended to', async () => {
      const log = ledger();
      const said = await consistency(log.checkpoint(3), log.checkpoint(), {
        first: 3,
        second: 5,
        proof: log.consistency(3),
      });
      expect(said.code).toBe(0);
      expect(said.out).toContain('ok   only-appended  2 leaves were appended');
    });

    it('shows that a log was rewritten', async () => {
      const log = ledger();
      const other = aLog('exercise/ledger', authority.logSeeds.ledger, [filler(9), ...leaves.slice(1)]);
      const said = await consistency(other.checkpoint(3), log.checkpoint(), {
        first: 3,
        second: 5,
        proof: log.consistency(3),
      });
      expect([said.code, failing(said)]).toEqual([1, ['only-appended']]);
    });

    it('names what does not fit: other sizes, another log, no proof', async () => {
      const log = ledger();
      const proof = log.consistency(3);
      const sizes = await consistency(log.checkpoint(3), log.checkpoint(), { first: 2, second: 5, proof });
      expect(failing(sizes)).toEqual(['sizes']);
      const publicLog = aLog('exercise/public-log', authority.logSeeds.publicLog, leaves);
      const logs = await consistency(publicLog.checkpoint(3), log.checkpoint(), { first: 3, second: 5, proof });
      expect(failing(logs)).toEqual(['same-log']);
      const none = await consistency(log.checkpoint(3), log.checkpoint(), { first: 3, second: 5, proof: ['x'] });
      expect(failing(none)).toEqual(['proof-format']);
      const shrunk = await consistency(log.checkpoint(), log.checkpoint(3), { first: 5, second: 3, proof });
      expect(failing(shrunk)).toEqual(['only-appended']);
    });
  });
});
