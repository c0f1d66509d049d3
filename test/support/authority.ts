import { randomUUID } from 'node:crypto';
import { noteKeyOf, noteVerifierKey } from '#ledger';
import {
  type PrivateJwk,
  type SignedStatement,
  addSignature,
  generateKey,
  payloadOf,
  publicPart,
  signStatement,
  thumbprint,
} from '#signing';
import {
  type Decision,
  type InstrumentBody,
  type InstrumentKind,
  ORIGINATORS,
  type Officers,
  type Outgoing,
  type Procedure,
  type ProposalFacts,
  officersNeeded,
  proposalDigest,
  verifyInstruments,
} from '#workflow';

/** One of the registry officers, with the private key that in life never leaves them. */
export interface TestOfficer {
  readonly officer: string;
  readonly key: PrivateJwk;
}

/** A person of a test, with their key. */
export interface Enrolled {
  readonly person: string;
  readonly identity: string;
  readonly office: string;
  readonly key: PrivateJwk;
  readonly kid: string;
}

/** How a statement is made where a test wants it otherwise: by whom, under which id, when. */
export interface Making {
  readonly id?: string;
  readonly issuedAt?: string;
  /** The keys that sign. By default as many officers as the kind needs. */
  readonly by?: readonly PrivateJwk[];
}

export const ISSUED = '2026-01-01T00:00:00Z';
export const VALID = { from: '2026-01-01T00:00:00Z', until: '2126-01-01T00:00:00Z' } as const;
export const WINDOW = { notBefore: '2026-06-05T15:00:00Z', notAfter: '2026-06-06T15:00:00Z' } as const;

/** consent of each originator, two reviewers, and the ministers by consensus in public. EXERCISE. */
export const PUBLIC_RELEASE: Procedure = {
  id: 'public-release',
  version: 1,
  stages: [
    { id: 'consent', each: 'originator', rule: 'all', judges: 'own portions' },
    { id: 'disclosure', role: 'disclosure-reviewer', rule: { atLeast: 2 }, judges: 'both parts' },
    { id: 'adoption', body: 'defence-ministers', rule: 'consensus', judges: 'outgoing part', public: true },
  ],
  constraints: ['distinct-humans', 'not-requester', 'cleared-for-what-they-judge'],
};

type Some<Kind extends InstrumentKind, Needed extends keyof InstrumentBody<Kind>> = Pick<InstrumentBody<Kind>, Needed> &
  Partial<InstrumentBody<Kind>>;

/** An installation's registry in a test: its officers, and every statement made so far. Each verb answers the statement it made. */
export class TestAuthority {
  readonly statements: SignedStatement[] = [];

  constructor(
    readonly installation: string,
    readonly officerKeys: readonly TestOfficer[],
    readonly logSeeds: { readonly ledger: Uint8Array; readonly publicLog: Uint8Array },
  ) {}

  /** The trust anchor, as the officers' file holds it. */
  get officers(): Officers {
    const { ledger, publicLog } = this.logSeeds;
    return {
      installation: this.installation,
      officers: this.officerKeys.map(({ officer, key }) => ({ officer, kid: thumbprint(key), jwk: publicPart(key) })),
      logs: {
        ledger: noteVerifierKey(noteKeyOf(`${this.installation}/ledger`, ledger)),
        publicLog: noteVerifierKey(noteKeyOf(`${this.installation}/public-log`, publicLog)),
      },
    };
  }

  /** Any instrument, whatever its body says: hostile tests state nonsense with it. */
  async state(kind: InstrumentKind, body: unknown, making: Making = {}): Promise<SignedStatement> {
    const payload = {
      installation: this.installation,
      id: making.id ?? randomUUID(),
      kind,
      issuedAt: making.issuedAt ?? ISSUED,
      body,
    };
    const by = making.by ?? this.officerKeys.slice(0, officersNeeded(kind)).map((each) => each.key);
    const [first, ...others] = by;
    if (first === undefined) throw new Error(`somebody must sign a ${kind}`);
    let statement = await signStatement('instrument', payload, first);
    for (const key of others) statement = await addSignature('instrument', statement, key);
    this.statements.push(statement);
    return statement;
  }

  async person(body: Some<'person', 'person' | 'identity'>, making?: Making): Promise<SignedStatement> {
    const defaults = {
      office: `Office of ${body.identity}`,
      nation: null,
      organisation: 'EXERCISE',
      roles: [],
      communities: [],
    };
    return this.state('person', { ...defaults, ...body }, making);
  }

  async key(
    body: Omit<Some<'key', 'person' | 'identity' | 'jwk'>, 'kid'> & { kid?: string },
    making?: Making,
  ): Promise<SignedStatement> {
    return this.state('key', { kid: thumbprint(body.jwk), ...VALID, ...body, jwk: publicPart(body.jwk) }, making);
  }

  async serviceKey(jwk: PrivateJwk, making?: Making): Promise<SignedStatement> {
    return this.state(
      'service-key',
      { service: 'guard', kid: thumbprint(jwk), jwk: publicPart(jwk), ...VALID },
      making,
    );
  }

  async body(
    body: string,
    seats: readonly (string | { id: string; name: string })[],
    making?: Making,
  ): Promise<SignedStatement> {
    const named = seats.map((seat) => (typeof seat === 'string' ? { id: seat, name: seat } : seat));
    return this.state('body', { body, name: body, seats: named }, making);
  }

  async holder(body: Some<'holder', 'body' | 'seat' | 'person'>, making?: Making): Promise<SignedStatement> {
    return this.state('holder', { ...VALID, ...body }, making);
  }

  /** Signed by the one who delegates. */
  async delegation(
    from: Enrolled,
    body: Some<'delegation', 'body' | 'seat' | 'toPerson'>,
    making?: Making,
  ): Promise<SignedStatement> {
    return this.state('delegation', { fromPerson: from.person, ...VALID, ...body }, { by: [from.key], ...making });
  }

  async clearance(body: Some<'clearance', 'person' | 'classifications'>, making?: Making): Promise<SignedStatement> {
    return this.state(
      'clearance',
      { clearance: randomUUID(), policy: 'NATO', categories: [], ...VALID, ...body },
      making,
    );
  }

  async accessList(body: Some<'access-list', 'list' | 'approvers'>, making?: Making): Promise<SignedStatement> {
    const defaults = {
      kind: 'list' as const,
      name: `EXERCISE ${body.list}`,
      listed: true,
      readIn: null,
      longestDays: 90,
    };
    return this.state('access-list', { ...defaults, ...body }, making);
  }

  /** Signed by the approver who lets somebody in. */
  async accessGrant(
    approver: Enrolled,
    body: Some<'access-grant', 'list' | 'person'>,
    making: Making = {},
  ): Promise<SignedStatement> {
    const issuedAt = making.issuedAt ?? new Date().toISOString();
    const until = new Date(Date.parse(issuedAt) + 7 * 86_400_000).toISOString();
    const defaults = { grant: randomUUID(), request: null, from: issuedAt, until };
    return this.state('access-grant', { ...defaults, ...body }, { by: [approver.key], issuedAt, ...making });
  }

  async accessWithdrawal(
    approver: Enrolled,
    body: Some<'access-withdrawal', 'grant' | 'list'>,
    making: Making = {},
  ): Promise<SignedStatement> {
    const issuedAt = making.issuedAt ?? new Date().toISOString();
    const defaults = { reason: 'EXERCISE the assignment has ended', from: issuedAt };
    return this.state('access-withdrawal', { ...defaults, ...body }, { by: [approver.key], issuedAt, ...making });
  }

  async accessRules(body: InstrumentBody<'access-rules'>, making: Making = {}): Promise<SignedStatement> {
    return this.state('access-rules', body, { issuedAt: new Date().toISOString(), ...making });
  }

  async procedure(procedure: unknown = PUBLIC_RELEASE, making?: Making): Promise<SignedStatement> {
    return this.state('procedure', { procedure }, making);
  }

  async revocation(body: Some<'revocation', 'instrument' | 'reason'>, making?: Making): Promise<SignedStatement> {
    return this.state('revocation', { from: ISSUED, ...body }, making);
  }

  /** A person and their key, both stated by two officers. */
  async enrol(identity: string, body: Partial<InstrumentBody<'person'>> = {}): Promise<Enrolled> {
    const person = body.person ?? randomUUID();
    const { privateJwk, kid } = await generateKey();
    await this.person({ ...body, person, identity });
    await this.key({ person, identity, jwk: privateJwk });
    return { person, identity, office: body.office ?? `Office of ${identity}`, key: privateJwk, kid };
  }

  /** A person with a key who holds a seat. */
  async seated(body: string, seat: string, identity = `${body}.${seat}`): Promise<Enrolled> {
    const enrolled = await this.enrol(identity);
    await this.holder({ body, seat, person: enrolled.person });
    return enrolled;
  }

  /** The requester's frozen outgoing part. EXERCISE. */
  outgoing(requester: Enrolled, changes: Partial<Outgoing> = {}): Outgoing {
    return {
      format: 'imprimatur-outgoing/1',
      installation: this.installation,
      release: 'r-0123456789abcdef0123',
      round: 1,
      title: 'EXERCISE New capability targets',
      summary: 'EXERCISE What may be told.',
      audience: { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] },
      requestedBy: { person: requester.person, office: requester.office },
      procedure: { id: PUBLIC_RELEASE.id, version: PUBLIC_RELEASE.version },
      window: WINDOW,
      items: [{ n: 1, treatment: 'include', originator: 'ACT', source: `sha256:${'1'.repeat(64)}` }],
      renditions: [
        {
          name: 'release.json',
          mediaType: 'application/json',
          bytes: 2,
          sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        },
      ],
      certificateNames: 'EXERCISE The certificate names the ministers.',
      exercise: true,
      ...changes,
    };
  }
}

export interface TestProposal {
  readonly outgoing: Outgoing;
  readonly closedCommitment: string;
}

export const CLOSED = `sha256:${'c'.repeat(64)}`;
export const DECIDED = '2026-06-01T09:00:00Z';

/** Where and how somebody decides. `by` signs in place of the one who decides, for forgeries. */
export type Deciding = Partial<Decision> & { readonly stage: string; readonly by?: PrivateJwk };

/** A signed decision on a proposal: an approval of the holder or role, unless told otherwise. */
export async function decide(
  who: Enrolled,
  { outgoing, closedCommitment }: TestProposal,
  deciding: Deciding,
): Promise<SignedStatement> {
  const { by, ...changes } = deciding;
  const decision: Decision = {
    installation: outgoing.installation,
    proposal: proposalDigest(outgoing, closedCommitment),
    procedure: outgoing.procedure,
    body: null,
    seat: null,
    capacity: changes.seat === undefined || changes.seat === null ? { kind: 'role' } : { kind: 'holder' },
    person: who.person,
    identity: who.identity,
    verdict: 'approve',
    window: outgoing.window,
    at: DECIDED,
    ...changes,
  };
  return signStatement('decision', decision, by ?? who.key);
}

/** A registry with as many officers as asked, each with a key. Nothing is stated yet. */
export async function anAuthority(installation = 'exercise', officers = 3): Promise<TestAuthority> {
  const keys = await Promise.all(
    Array.from({ length: officers }, async (_unused, n) => ({
      officer: `officer-${String(n + 1)}`,
      key: (await generateKey()).privateJwk,
    })),
  );
  return new TestAuthority(installation, keys, {
    ledger: new Uint8Array(32).fill(1),
    publicLog: new Uint8Array(32).fill(2),
  });
}

/** A whole small alliance: one originator, two reviewers, ministers of the seats named, a requester, the procedure in force. */
export interface TestAlliance {
  readonly authority: TestAuthority;
  readonly requester: Enrolled;
  readonly originator: Enrolled;
  readonly reviewers: readonly [Enrolled, Enrolled];
  readonly ministers: readonly { readonly seat: string; readonly holder: Enrolled }[];
  readonly proposal: TestProposal;
}

export async function anAlliance(
  seats: readonly { id: string; name: string }[] = [
    { id: 'BEL', name: 'Belgium' },
    { id: 'DEU', name: 'Germany' },
  ],
): Promise<TestAlliance> {
  const authority = await anAuthority();
  await authority.body(ORIGINATORS, [{ id: 'ACT', name: 'Allied Command Transformation' }]);
  await authority.body('defence-ministers', seats);
  const requester = await authority.enrol('requester');
  const originator = await authority.seated(ORIGINATORS, 'ACT');
  const reviewers = [
    await authority.enrol('reviewer-1', { roles: ['disclosure-reviewer'] }),
    await authority.enrol('reviewer-2', { roles: ['disclosure-reviewer'] }),
  ] as const;
  const ministers = await Promise.all(
    seats.map(async ({ id }) => ({ seat: id, holder: await authority.seated('defence-ministers', id) })),
  );
  await authority.procedure();
  return {
    authority,
    requester,
    originator,
    reviewers,
    ministers,
    proposal: { outgoing: authority.outgoing(requester), closedCommitment: CLOSED },
  };
}

/** Everybody's approval, in the order of the stages. */
export async function everyApproval(
  alliance: TestAlliance,
  proposal: TestProposal = alliance.proposal,
): Promise<SignedStatement[]> {
  return Promise.all([
    decide(alliance.originator, proposal, { stage: 'consent', body: ORIGINATORS, seat: 'ACT' }),
    ...alliance.reviewers.map((reviewer) => decide(reviewer, proposal, { stage: 'disclosure' })),
    ...alliance.ministers.map(({ seat, holder }) =>
      decide(holder, proposal, { stage: 'adoption', body: 'defence-ministers', seat }),
    ),
  ]);
}

/** What a decision is judged against: the instruments verified, the procedure that the proposal names, and the moment. */
export async function factsOn(
  alliance: TestAlliance,
  proposal: TestProposal = alliance.proposal,
  now = '2026-06-05T16:00:00Z',
): Promise<ProposalFacts> {
  const { outgoing, closedCommitment } = proposal;
  const { authority, refused } = await verifyInstruments(alliance.authority.statements, alliance.authority.officers);
  const procedure = authority.procedure(outgoing.procedure.id, outgoing.procedure.version, now);
  if (refused.length > 0 || procedure === undefined)
    throw new Error(`the alliance is not in order: ${JSON.stringify(refused)}`);
  return { outgoing, digest: proposalDigest(outgoing, closedCommitment), procedure, authority, now };
}

/** The id of an instrument's statement. */
export const idOf = (statement: SignedStatement): string => (payloadOf(statement) as { id: string }).id;
