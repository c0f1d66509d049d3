import { readFileSync, statSync } from 'node:fs';
import type { ProposalView } from '#contracts';
import { type SignedStatement, payloadOf, sha256Hex, verifyStatement, publicPart } from '#signing';
import { type Decision, proposalDigest } from '#workflow';
import { type AllianceHouse, decideAs, frozenCase, openAllianceHouse } from '../../../../test/support/alliance';
import { type Said, TestConsole } from '../../../../test/support/console';
import type { Resident } from '../../../../test/support/house';
import { type Tampering, TamperingProxy } from '../../../../test/support/tampering-proxy';

describe('imprimatur sign', () => {
  const console = new TestConsole();
  let alliance: AllianceHouse;
  /** One case for everything that leaves it as it is: freezing renders four files. */
  let frozen: { caseId: string; digest: string };

  beforeAll(async () => {
    alliance = await openAllianceHouse();
    frozen = await frozenCase(alliance);
  });

  afterAll(async () => {
    console.close();
    await alliance.house.close();
  });

  interface Signing {
    readonly caseId?: string;
    readonly typed?: readonly string[];
    readonly api?: string;
  }

  const sign = (who: Resident, rest: readonly string[] = ['--yes'], sitting: Signing = {}) =>
    console.run(['sign', sitting.caseId ?? frozen.caseId, '--key', console.file('key.json', who.key), ...rest], {
      environment: { IMPRIMATUR_SESSION: who.sid, IMPRIMATUR_API: sitting.api ?? alliance.house.url },
      ...(sitting.typed === undefined ? {} : { typed: sitting.typed }),
    });

  it('takes a case from its freeze to its approval, one signer after the other', async () => {
    const { originator, firstReviewer, secondReviewer, belgium, germany, norway } = alliance;
    const { caseId } = await frozenCase(alliance);
    const states: string[] = [];
    for (const who of [originator, firstReviewer, secondReviewer, belgium, germany, norway]) {
      const said = await sign(who, ['--yes'], { caseId });
      expect([who.identity, said.code, said.err]).toEqual([who.identity, 0, '']);
      states.push(/the case is (\S+)/.exec(said.out)?.[1] ?? '');
    }
    expect(states).toEqual([...Array<string>(5).fill('in-approval'), 'approved']);
  });

  it('shows the outgoing part in full, under the mark of the case, with the digest and the capacity', async () => {
    const { outgoing } = await alliance.originator.client.proposal(frozen.caseId);
    const { mark } = await alliance.originator.client.case(frozen.caseId);
    const { out } = await sign(alliance.originator, [], { typed: ['n'] });
    const lines = out.split('\n');
    expect(lines[0]).toBe(mark);
    expect(lines.filter((line) => line === mark)).toHaveLength(2);
    for (const text of [
      `title         ${mark} ${outgoing.title}`,
      outgoing.summary,
      'audience      PUBLIC UNMARKED',
      outgoing.window.notBefore,
      outgoing.window.notAfter,
      outgoing.certificateNames,
      outgoing.release,
      outgoing.requestedBy.office,
      `digest        ${frozen.digest}`,
      'verdict       approve',
      'stage         consent, seat ACT of originators, as its holder',
      `with the key  ${alliance.originator.kid}`,
      ...outgoing.renditions.flatMap(({ name, sha256 }) => [name, sha256]),
      ...outgoing.items.map(({ source }) => source),
    ])
      expect(out).toContain(text);
    expect(out).not.toContain(alliance.originator.key.d);
  });

  it('signs exactly the digest of the outgoing part, and hands nothing in with --out', async () => {
    const { caseId } = await frozenCase(alliance);
    const said = await sign(alliance.originator, ['--yes', '--out', console.path('decision.json')], { caseId });
    expect(said.code).toBe(0);
    const statement = console.json('decision.json') as SignedStatement;
    const proposal = await alliance.originator.client.proposal(caseId);
    const decision = payloadOf(statement) as Decision;
    expect(decision.proposal).toBe(proposalDigest(proposal.outgoing, proposal.closedCommitment));
    expect(decision).toMatchObject({ verdict: 'approve', stage: 'consent', seat: 'ACT', capacity: { kind: 'holder' } });
    const { key } = alliance.originator;
    expect((await verifyStatement('decision', statement, () => publicPart(key))).ok).toBe(true);
    expect((await alliance.originator.client.case(caseId)).decisions).toEqual([]);

    const handed = await console.run(['case', 'decide', caseId, console.path('decision.json')], {
      environment: { IMPRIMATUR_SESSION: alliance.originator.sid, IMPRIMATUR_API: alliance.house.url },
    });
    expect([handed.code, handed.out]).toEqual([0, 'handed in; the case is in-approval\n']);
  });

  it('asks somebody who sits there, and signs nothing without a yes', async () => {
    const { caseId } = await frozenCase(alliance);
    const no = await sign(alliance.originator, [], { caseId, typed: ['n'] });
    expect([no.code, no.err]).toEqual([1, 'error: nothing was signed\n']);
    const nobody = await sign(alliance.originator, [], { caseId });
    expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('nobody can be asked here')]);
    expect((await alliance.originator.client.case(caseId)).decisions).toEqual([]);
    expect((await sign(alliance.originator, [], { caseId, typed: ['y'] })).code).toBe(0);
  });

  it('writes the files for the signer alone to read, byte for byte those that are named', async () => {
    const folder = console.path('read');
    await sign(alliance.originator, ['--save', folder], { typed: ['n'] });
    const { outgoing } = await alliance.originator.client.proposal(frozen.caseId);
    for (const { name, sha256 } of outgoing.renditions) {
      expect(sha256Hex(readFileSync(`${folder}/${name}`))).toBe(sha256);
      expect(statSync(`${folder}/${name}`).mode & 0o777).toBe(0o600);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('takes an objection with its reason from a file, and the reason stays inside', async () => {
    const { caseId } = await frozenCase(alliance);
    await decideAs(alliance.originator, caseId);
    const reason = console.file('reason.txt', 'EXERCISE The second sentence says too much.\n');
    const said = await sign(alliance.firstReviewer, ['--yes', '--verdict', 'object', '--reason-file', reason], {
      caseId,
    });
    expect([said.code, said.out]).toEqual([0, expect.stringContaining('the case is objected')]);
    const [, objection] = (await alliance.firstReviewer.client.case(caseId)).decisions;
    expect(objection).toMatchObject({ verdict: 'object', reason: 'EXERCISE The second sentence says too much.' });
  });

  describe('says every reason of a refusal', () => {
    it('before the turn of a stage has come', async () => {
      const said = await sign(alliance.germany);
      expect(said.code).toBe(1);
      expect(said.err).toMatch(/^refused: .*\(refused\)\n/);
      expect(said.err).toMatch(/^ {2}stage:consent: needs .*; there is 0; missing: ACT/m);
      expect(said.err).toMatch(/^ {2}stage:disclosure: needs /m);
    });

    it('when the key is not the one that an instrument has stated', async () => {
      const other = { ...alliance.originator, key: alliance.germany.key };
      const said = await sign(other);
      expect(said.code).toBe(1);
      expect(said.err).toContain('key: needs the key of the one who decides');
    });

    it('when nobody asked them, or the case is not one that they may know of', async () => {
      const requester = await sign(alliance.requester);
      expect([requester.code, requester.err]).toEqual([1, expect.stringContaining('you may decide in no stage')]);
      const stranger = await sign(alliance.stranger);
      expect([stranger.code, stranger.out, stranger.err]).toEqual([1, '', expect.stringContaining('(not-found)')]);
    });

    it('when a capacity is named that they do not have', async () => {
      const said = await sign(alliance.germany, ['--yes', '--as', 'adoption:NOR']);
      expect([said.code, said.err]).toEqual([1, expect.stringContaining('you may as adoption:DEU')]);
    });
  });

  describe('before a server that lies', () => {
    const changed = (change: (proposal: ProposalView) => void): Tampering => {
      return (path, body) => {
        if (!path.endsWith('/proposal')) return body;
        const proposal = JSON.parse(body.toString('utf8')) as ProposalView;
        change(proposal);
        return Buffer.from(JSON.stringify(proposal));
      };
    };
    const rendition =
      (name: string, change: (body: Buffer) => Buffer): Tampering =>
      (path, body) =>
        path.endsWith(`/renditions/${name}`) ? change(body) : body;
    const oneBit = (body: Buffer): Buffer => {
      const copy = Buffer.from(body);
      copy[copy.length - 1]! ^= 1;
      return copy;
    };

    const signBefore = async (tamper: Tampering, rest?: readonly string[]): Promise<Said & { asked: string[] }> => {
      const proxy = await TamperingProxy.before(alliance.house.url, tamper);
      try {
        return { ...(await sign(alliance.originator, rest, { api: proxy.url })), asked: proxy.asked };
      } finally {
        await proxy.close();
      }
    };

    const refusedUnsigned = ({ code, out, asked }: Said & { asked: string[] }): void => {
      expect([code, out]).toEqual([1, '']);
      expect(asked.filter((each) => each.startsWith('POST'))).toEqual([]);
    };

    it('signs when nothing is changed on the way', async () => {
      const said = await signBefore((_path, body) => body, ['--yes', '--out', console.path('decision.json')]);
      expect(said.code).toBe(0);
      expect((payloadOf(console.json('decision.json') as SignedStatement) as Decision).proposal).toBe(frozen.digest);
    });

    it.each([
      ['the title', changed(({ outgoing }) => (outgoing.title = 'EXERCISE Something else')), 'digest'],
      ['the summary', changed(({ outgoing }) => (outgoing.summary += '.')), 'digest'],
      ['the window', changed(({ outgoing }) => (outgoing.window.notAfter = '2099-01-01T00:00:00.000Z')), 'digest'],
      ['what the certificate says', changed(({ outgoing }) => (outgoing.certificateNames += '.')), 'digest'],
      ['the audience', changed(({ outgoing }) => (outgoing.audience.classification = 'MARKED')), 'digest'],
      ['an item', changed(({ outgoing }) => outgoing.items.pop()), 'digest'],
      ['the hash of a file', changed(({ outgoing }) => (outgoing.renditions[0]!.sha256 = '0'.repeat(64))), 'digest'],
      ['the closed part', changed((proposal) => (proposal.closedCommitment = `sha256:${'0'.repeat(64)}`)), 'digest'],
      ['the digest', changed((proposal) => (proposal.digest = `sha256:${'0'.repeat(64)}`)), 'digest'],
      ['a bit of the page', rendition('release.html', oneBit), 'release.html'],
      ['a bit of the PDF', rendition('release.pdf', oneBit), 'release.pdf'],
      ['the end of a file', rendition('release.json', (body) => body.subarray(1)), 'release.json'],
      ['a file by nothing', rendition('release.json', () => Buffer.alloc(0)), 'release.json'],
    ])('signs nothing when it changes %s', async (_what, tamper, named) => {
      const said = await signBefore(tamper);
      refusedUnsigned(said);
      expect(said.err).toMatch(/^error: nothing was signed, the server contradicts itself: [^\n]*\n$/);
      expect(said.err).toContain(named);
    });

    it('names everything that does not fit, at once', async () => {
      const both: Tampering = (path, body) =>
        rendition('release.pdf', oneBit)(path, changed(({ outgoing }) => (outgoing.title += '!'))(path, body));
      const said = await signBefore(both);
      refusedUnsigned(said);
      expect(said.err).toContain('the server names the digest');
      expect(said.err).toContain('release.pdf has');
    });

    it('signs another proposal only for what it is: the api itself does not take it', async () => {
      const consistent = changed((proposal) => {
        proposal.outgoing.title = 'EXERCISE Something else';
        proposal.digest = proposalDigest(proposal.outgoing, proposal.closedCommitment);
      });
      const said = await signBefore(consistent);
      expect(said.out).toContain('EXERCISE Something else');
      expect([said.code, said.err]).toEqual([1, expect.stringContaining('change_voids_approval')]);
    });

    it('reads no answer that does not have its form', async () => {
      const extra = changed((proposal) => Object.assign(proposal.outgoing, { unread: 'EXERCISE' }));
      const said = await signBefore(extra);
      expect([said.code, said.out, said.err]).toEqual([2, '', expect.stringContaining('unread')]);
      const page = await signBefore((path, body) => (path.endsWith('/proposal') ? Buffer.from('<html>') : body));
      expect([page.code, page.out]).toEqual([2, '']);
      expect(page.err.trimEnd()).not.toContain('\n');
    });

    it('lets it say nothing to the terminal', async () => {
      const loud = changed((proposal) => {
        proposal.outgoing.title = '\u001b[1Ashort\u202e\nverdict       object';
        proposal.digest = proposalDigest(proposal.outgoing, proposal.closedCommitment);
      });
      const { out } = await signBefore(loud, ['--yes', '--out', console.path('loud.json')]);
      expect(out).not.toMatch(/[\u001b\u202e]|^verdict {7}object/m);
      expect(out).toContain('\\u001b[1Ashort\\u202e\\u000averdict       object');
    });
  });
});
