import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { type SignedStatement, generateKey, payloadOf } from '#signing';
import {
  CLOSED,
  PUBLIC_RELEASE,
  type TestAlliance,
  anAlliance,
  anAuthority,
  decide,
  everyApproval,
  factsOn,
  idOf,
} from '../../../test/support/authority';
import { everyChange } from '../../../test/support/changes';
import { type ApprovalEvidence, type ApprovalTrust, type ApprovalVerdict, ORIGINATORS, verifyApproval } from './index';

const NOW = '2026-06-05T16:00:00Z';
const MINISTERS = 'defence-ministers';

let alliance: TestAlliance;
let evidence: ApprovalEvidence;
let trust: ApprovalTrust;

async function evidenceOf(made: TestAlliance): Promise<ApprovalEvidence> {
  return { ...made.proposal, decisions: await everyApproval(made), instruments: made.authority.statements };
}

beforeAll(async () => {
  alliance = await anAlliance();
  evidence = await evidenceOf(alliance);
  trust = { officers: alliance.authority.officers, now: NOW, stages: 'all' };
});

const failedOf = (verdict: ApprovalVerdict): string[] => [
  ...new Set(verdict.findings.filter((finding) => !finding.ok).map((finding) => finding.check)),
];

const failed = async (given: unknown, asked: ApprovalTrust = trust): Promise<string[]> => {
  const verdict = await verifyApproval(given as ApprovalEvidence, asked);
  const checks = failedOf(verdict);
  if (verdict.approved !== (checks.length === 0)) throw new Error('approved and its findings disagree');
  return checks;
};

describe('an approval', () => {
  it('of everybody is approved, and every check is named', async () => {
    const verdict = await verifyApproval(evidence, trust);
    expect(verdict.approved).toBe(true);
    expect(verdict.findings.map(({ check, ok }) => [check, ok])).toEqual(
      [
        'instruments',
        'installation',
        'requester',
        'procedure',
        'digest',
        'stage:consent',
        'stage:disclosure',
        'stage:adoption',
      ].map((check) => [check, true]),
    );
    expect(verdict.standing?.counted).toHaveLength(5);
  });

  it('of everybody is approved in whatever order decisions and instruments come, some of them twice', async () => {
    const shuffled = {
      ...evidence,
      decisions: [...evidence.decisions, ...evidence.decisions].reverse(),
      instruments: [...evidence.instruments, ...evidence.instruments].reverse(),
    };
    expect(await failed(shuffled)).toEqual([]);
  });

  it('needs each of its decisions', async () => {
    for (const absent of evidence.decisions) {
      const { stage } = payloadOf(absent) as { stage: string };
      const decisions = evidence.decisions.filter((each) => each !== absent);
      expect(await failed({ ...evidence, decisions })).toEqual([`stage:${stage}`]);
    }
    expect(await failed({ ...evidence, decisions: [] })).toEqual([
      'stage:consent',
      'stage:disclosure',
      'stage:adoption',
    ]);
  });

  it('needs each of its instruments, the requester’s key alone excepted', async () => {
    const unneeded: unknown[] = [];
    for (const absent of evidence.instruments) {
      const instruments = evidence.instruments.filter((each) => each !== absent);
      if ((await failed({ ...evidence, instruments })).length === 0) unneeded.push(payloadOf(absent));
    }
    expect(unneeded).toEqual([
      expect.objectContaining({ kind: 'key', body: expect.objectContaining({ identity: 'requester' }) }),
    ]);
    expect(await failed({ ...evidence, instruments: [] })).toEqual(['requester', 'procedure']);
  });
});

describe('an approval of which one byte was changed', () => {
  /** Evidence from its text, with one byte replaced; undefined where that changes nothing or is no JSON any more. */
  function changed(at: number, byte: number): unknown {
    const text = Buffer.from(JSON.stringify(evidence));
    text[at % text.length] = byte;
    try {
      const parsed: unknown = JSON.parse(text.toString('utf8'));
      return isDeepStrictEqual(parsed, JSON.parse(JSON.stringify(evidence))) ? undefined : parsed;
    } catch {
      return undefined;
    }
  }

  it('is not approved, whichever byte it was', async () => {
    const letter = fc.integer({ min: 0x20, max: 0x7e });
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), letter, async (at, byte) => {
        const given = changed(at, byte);
        fc.pre(given !== undefined);
        expect(await failed(given)).not.toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is not approved, whichever word of the outgoing part it was', async () => {
    const changes = everyChange(evidence.outgoing);
    expect(changes.length).toBeGreaterThan(20);
    for (const { path, value } of changes) {
      const checks = await failed({ ...evidence, outgoing: value });
      expect({ [path]: checks }).not.toEqual({ [path]: [] });
    }
  });

  it('is not approved under another closed part', async () => {
    expect(await failed({ ...evidence, closedCommitment: `${CLOSED.slice(0, -1)}d` })).toContain('decision');
    expect(await failed({ ...evidence, closedCommitment: CLOSED.toUpperCase() })).toEqual(['evidence-format']);
  });

  it('is not approved with any signature changed, of decision or instrument', async () => {
    const spoilt = (statement: SignedStatement): SignedStatement => ({
      ...statement,
      signatures: statement.signatures.map((each) => ({
        ...each,
        signature: `${each.signature.startsWith('A') ? 'B' : 'A'}${each.signature.slice(1)}`,
      })),
    });
    for (const part of ['decisions', 'instruments'] as const) {
      for (const [place] of evidence[part].entries()) {
        const statements = evidence[part].map((each, n) => (n === place ? spoilt(each) : each));
        expect(await failed({ ...evidence, [part]: statements })).toContain(part.slice(0, -1));
      }
    }
  });
});

describe('an approval is refused', () => {
  it('by another installation, and under the keys of other officers', async () => {
    const elsewhere = await anAuthority('elsewhere');
    expect(await failed(evidence, { ...trust, officers: { ...trust.officers, installation: 'elsewhere' } })).toContain(
      'installation',
    );
    const others = { ...elsewhere.officers, installation: trust.officers.installation };
    expect(await failed(evidence, { ...trust, officers: others })).toEqual(['instrument', 'requester', 'procedure']);
  });

  it('with a decision that does not count, though the others suffice: it says what it is', async () => {
    const junk = await decide(alliance.reviewers[0], alliance.proposal, {
      stage: 'disclosure',
      installation: 'elsewhere',
    });
    const verdict = await verifyApproval({ ...evidence, decisions: [...evidence.decisions, junk] }, trust);
    expect(failedOf(verdict)).toEqual(['decision']);
    expect(verdict.approved).toBe(false);
    const stranger = { ...alliance.reviewers[0], key: (await generateKey()).privateJwk };
    const unknown = await decide(stranger, alliance.proposal, { stage: 'disclosure' });
    expect(await failed({ ...evidence, decisions: [...evidence.decisions, unknown] })).toEqual(['decision']);
  });

  it('with an instrument that officers did not sign, though the others suffice', async () => {
    const forged = await (await anAuthority()).person({ person: alliance.requester.person, identity: 'forged' });
    expect(await failed({ ...evidence, instruments: [...evidence.instruments, forged] })).toEqual(['instrument']);
  });

  it('before the instruments were issued, and when a moment is none', async () => {
    expect(await failed(evidence, { ...trust, now: '2025-12-31T23:59:59Z' })).toContain('procedure');
    expect(await failed(evidence, { ...trust, now: 'now' })).toContain('procedure');
    expect(await failed(evidence, { ...trust, now: '2026-05-31T00:00:00Z' })).toContain('decision');
  });

  it('when nobody knows the requester', async () => {
    const outgoing = { ...evidence.outgoing, requestedBy: { person: crypto.randomUUID(), office: 'EXERCISE nobody' } };
    expect(await failed({ ...evidence, outgoing })).toContain('requester');
  });

  it('when the requester signed, the digest being right', async () => {
    const made = await anAlliance();
    const outgoing = made.authority.outgoing(made.originator);
    const given = {
      outgoing,
      closedCommitment: CLOSED,
      decisions: await everyApproval(made, { outgoing, closedCommitment: CLOSED }),
      instruments: made.authority.statements,
    };
    expect(await failed(given, { ...trust, officers: made.authority.officers })).toEqual(['decision', 'stage:consent']);
  });

  it('when nothing leaves that an originator could consent to', async () => {
    const outgoing = { ...evidence.outgoing, items: [] };
    const proposal = { outgoing, closedCommitment: CLOSED };
    const decisions = (await everyApproval(alliance, proposal)).slice(1);
    expect(await failed({ ...evidence, ...proposal, decisions })).toEqual(['stage:consent']);
  });
});

describe('a key', () => {
  it.each([
    ['compromised, whenever it was told', 'compromise', '2026-06-05T15:59:00Z', ['decision', 'stage:adoption']],
    ['taken back before it signed', 'superseded', '2026-05-01T00:00:00Z', ['decision', 'stage:adoption']],
    ['taken back after it signed', 'superseded', '2026-06-04T00:00:00Z', []],
  ] as const)('that was %s', async (_name, reason, from, checks) => {
    const made = await anAlliance();
    const { authority } = await factsOn(made);
    const minister = made.ministers[0]!.holder;
    await made.authority.revocation({ instrument: authority.key(minister.kid, NOW)!.id, reason, from });
    expect(await failed(await evidenceOf(made), { ...trust, officers: made.authority.officers })).toEqual(checks);
  });

  it('voids a delegation that it signed once it is compromised', async () => {
    const made = await anAlliance();
    const minister = made.ministers[0]!.holder;
    const deputy = await made.authority.enrol('deputy');
    const given = await made.authority.delegation(minister, { body: MINISTERS, seat: 'BEL', toPerson: deputy.person });
    const decisions = (await everyApproval(made)).filter(
      (each) => (payloadOf(each) as { person: string }).person !== minister.person,
    );
    decisions.push(
      await decide(deputy, made.proposal, {
        stage: 'adoption',
        body: MINISTERS,
        seat: 'BEL',
        capacity: { kind: 'delegate', delegation: idOf(given) },
      }),
    );
    const asked = { ...trust, officers: made.authority.officers };
    const before = { ...made.proposal, decisions, instruments: [...made.authority.statements] };
    expect(await failed(before, asked)).toEqual([]);
    const { authority } = await factsOn(made);
    const revoked = await made.authority.revocation({
      instrument: authority.key(minister.kid, NOW)!.id,
      reason: 'compromise',
    });
    expect(await failed({ ...before, instruments: [...before.instruments, revoked] }, asked)).toEqual([
      'decision',
      'stage:adoption',
    ]);
  });

  it('of an officer admits nothing alone', async () => {
    const made = await anAlliance();
    const [officer] = made.authority.officerKeys;
    const forger = await made.authority.enrol('forger');
    await made.authority.holder(
      { body: MINISTERS, seat: 'DEU', person: forger.person },
      { by: [officer!.key], issuedAt: '2026-02-01T00:00:00Z' },
    );
    const decisions = (await everyApproval(made)).filter(
      (each) => (payloadOf(each) as { seat: string }).seat !== 'DEU',
    );
    decisions.push(await decide(forger, made.proposal, { stage: 'adoption', body: MINISTERS, seat: 'DEU' }));
    const given = { ...made.proposal, decisions, instruments: made.authority.statements };
    const asked = { ...trust, officers: made.authority.officers };
    expect(await failed(given, asked)).toEqual(['instrument', 'decision', 'stage:adoption']);
  });
});

describe('the public stages alone', () => {
  const publicTrust = (): ApprovalTrust => ({ ...trust, stages: 'public' });
  const isAdoption = (each: SignedStatement): boolean => (payloadOf(each) as { stage: string }).stage === 'adoption';

  it('need the decisions of the public stages, and take no others', async () => {
    const decisions = evidence.decisions.filter(isAdoption);
    expect(await failed({ ...evidence, decisions }, publicTrust())).toEqual([]);
    expect(await failed({ ...evidence, decisions: decisions.slice(1) }, publicTrust())).toEqual(['stage:adoption']);
    expect(await failed(evidence, publicTrust())).toEqual(['decision']);
  });

  it('of a procedure that has none are never approved', async () => {
    const made = await anAlliance();
    const { public: _public, ...adoption } = PUBLIC_RELEASE.stages[2]!;
    expect(_public).toBe(true);
    await made.authority.procedure({
      ...PUBLIC_RELEASE,
      version: 2,
      stages: [...PUBLIC_RELEASE.stages.slice(0, 2), adoption],
    });
    const outgoing = { ...made.proposal.outgoing, procedure: { id: PUBLIC_RELEASE.id, version: 2 } };
    const given = { outgoing, closedCommitment: CLOSED, decisions: [], instruments: made.authority.statements };
    expect(await failed(given, { ...publicTrust(), officers: made.authority.officers })).toEqual([
      'instrument',
      'procedure',
    ]);
  });
});

describe('hostile evidence', () => {
  it('never makes it throw, and is never approved', async () => {
    const statement = fc.oneof(
      fc.anything(),
      fc.record({
        payload: fc.base64String(),
        signatures: fc.array(fc.record({ protected: fc.string(), signature: fc.string() })),
      }),
    );
    const statements = (genuine: readonly SignedStatement[]) =>
      fc.oneof(fc.constant(genuine), fc.array(statement), fc.anything());
    const hostile = fc.record(
      {
        outgoing: fc.oneof(fc.constant({ ...evidence.outgoing, title: 'another' }), fc.anything()),
        closedCommitment: fc.oneof(fc.constant(CLOSED), fc.string()),
        decisions: statements(evidence.decisions),
        instruments: statements(evidence.instruments),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostile, fc.anything()), async (given) => {
        expect(await failed(given)).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('an error within means no', async () => {
    const treacherous = {
      ...evidence,
      get decisions(): never {
        throw new Error('the list is gone');
      },
    };
    expect(await failed(treacherous)).toEqual(['evidence-format']);
  });

  it('a decision for an originator that nobody seats is refused', async () => {
    const outgoing = { ...evidence.outgoing, items: [{ ...evidence.outgoing.items[0]!, originator: 'XXX' }] };
    const proposal = { outgoing, closedCommitment: CLOSED };
    const decisions = [
      ...(await everyApproval(alliance, proposal)).slice(1),
      await decide(alliance.originator, proposal, { stage: 'consent', body: ORIGINATORS, seat: 'XXX' }),
    ];
    expect(await failed({ ...evidence, ...proposal, decisions })).toEqual(['decision', 'stage:consent']);
  });
});
