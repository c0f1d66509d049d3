import { ApiClient } from '#client';
import { type DocumentView, signedInSchema } from '#contracts';
import type { PrivateJwk, SignedStatement } from '#signing';
import { type Decision, type SpeakingAs, signDecision } from '#workflow';
import { inParallel } from '../in-parallel';
import { type DemoWorld, type WorldPerson, readKey } from '../world-folder';
import { stepUp } from '../step-up';
import { Deviation } from './deviation';

/** Somebody of the world, signed in. */
export interface Player extends WorldPerson {
  readonly client: ApiClient;
  /** The session's secret, for requests that are looked at byte by byte. */
  readonly session: string;
}

/** The people of the world as the demo plays them: it alone holds their passwords and private keys. */
export class Cast {
  private readonly signedIn = new Map<string, Promise<Player>>();
  /** Who has read which document in this play: what the auditor must find. */
  readonly reads: { readonly person: string; readonly document: string }[] = [];

  constructor(
    readonly world: DemoWorld,
    private readonly api: string,
  ) {}

  /** The person of an identity, signed in on first use. */
  as(identity: string): Promise<Player> {
    const known = this.signedIn.get(identity) ?? this.signIn(identity);
    this.signedIn.set(identity, known);
    return known;
  }

  async all(identities: readonly string[]): Promise<Player[]> {
    // A password costs the server memory and time on purpose: few at once.
    await inParallel(identities, 4, (identity) => this.as(identity));
    return Promise.all(identities.map((identity) => this.as(identity)));
  }

  /** Reads a document as somebody, and remembers that they did. */
  async read(reader: Player, document: string): Promise<DocumentView> {
    const view = await reader.client.document(document);
    this.reads.push({ person: reader.person, document });
    return view;
  }

  /** Ends every session. */
  async leave(): Promise<void> {
    for (const player of await Promise.allSettled(this.signedIn.values()))
      // The play is over; a session that does not end now ends by itself.
      if (player.status === 'fulfilled') await player.value.client.signOut().catch(() => undefined);
  }

  /** A registry officer's private key. */
  officerKey(officer: string): PrivateJwk {
    const found = this.world.officers.find((each) => each.officer === officer);
    if (found === undefined) throw new Error(`nobody in the demo world is the officer ${officer}`);
    return readKey(found.keyFile);
  }

  private async signIn(identity: string): Promise<Player> {
    const person = this.world.people.find((each) => each.identity === identity);
    if (person === undefined) throw new Error(`nobody in the demo world is ${identity}`);
    const { username, password } = person;
    const response = await fetch(`${this.api}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (!response.ok)
      throw new Deviation(
        `${identity} to sign in`,
        `${String(response.status)}: does the world belong to this system?`,
      );
    const { session } = signedInSchema.parse(await response.json());
    const client = new ApiClient(this.api, session);
    await stepUp(client, person.secondFactor);
    return { ...person, session, client };
  }
}

/** Signs a verdict on the frozen proposal in the one capacity that the case offers, or in the named stage; hands nothing in. */
export async function signAs(player: Player, caseId: string, verdict: Decision['verdict']): Promise<SignedStatement> {
  const [proposal, capacities] = await Promise.all([player.client.proposal(caseId), player.client.capacities(caseId)]);
  const [as, ...others] = capacities;
  if (as === undefined || others.length > 0)
    throw new Deviation(`one capacity for ${player.identity}`, String(capacities.length));
  return signIn(player, proposal, as, verdict);
}

/** Signs in a capacity that is named. */
export async function signIn(
  player: Player,
  proposal: Parameters<typeof signDecision>[0],
  as: SpeakingAs,
  verdict: Decision['verdict'],
): Promise<SignedStatement> {
  if (player.keyFile === undefined) throw new Error(`${player.identity} has no key`);
  const { person, identity } = player;
  return signDecision(
    proposal,
    { person, identity, key: readKey(player.keyFile) },
    {
      as,
      verdict,
      at: new Date().toISOString(),
    },
  );
}

/** Signs a verdict and hands it in; answers the state of the case. */
export async function decide(
  player: Player,
  caseId: string,
  verdict: Decision['verdict'] = 'approve',
  reason?: string,
): Promise<string> {
  const statement = await signAs(player, caseId, verdict);
  return player.client.decideCase(caseId, { statement, ...(reason === undefined ? {} : { reason }) });
}
