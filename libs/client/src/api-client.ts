import { z } from 'zod';
import {
  type AmendCaseCommand,
  type AuditQuery,
  type CaseVerb,
  type CaseView,
  type DecideCaseCommand,
  type DocumentListView,
  type DocumentView,
  type IssueToken,
  type MeView,
  type Problem,
  type ProposalView,
  type SubmitCaseCommand,
  auditListSchema,
  capacityListSchema,
  caseListSchema,
  caseSchema,
  checkpointSchema,
  consistencySchema,
  createdCaseSchema,
  decidedSchema,
  documentListSchema,
  documentSchema,
  eventProofSchema,
  frozenSchema,
  importedSchema,
  instrumentStateSchema,
  issuedTokenSchema,
  meSchema,
  notificationListSchema,
  previewSchema,
  problemSchema,
  proposalSchema,
  signedInSchema,
  submittedInstrumentSchema,
  wouldRefuseSchema,
} from '#contracts';
import type { SignedStatement } from '#signing';

/** The answer was a refusal: problem+json with its code and every reason. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** A session's secret or an API token; both are presented as a bearer. */
export type Credential = string;

type Query = Readonly<Record<string, string | number | undefined>>;

interface Sent {
  readonly query?: Query;
  readonly json?: unknown;
  readonly text?: string | Uint8Array;
}

const nothing = z.unknown();

/**
 * The API over HTTP, as programs speak to it: one method for each thing that can be asked.
 *
 * Answers are read by the same schemas that the server writes them by. A refusal is thrown as `ApiProblem`; whatever is
 * no answer of this API (another server, a proxy's page) is an Error.
 */
export class ApiClient {
  constructor(
    private readonly base: string,
    readonly credential?: Credential,
  ) {}

  /** Signs in with a password; the client that comes back acts as that person. */
  async signIn(username: string, password: string): Promise<ApiClient> {
    const { session } = await this.ask('POST', 'session', signedInSchema, { json: { username, password } });
    return new ApiClient(this.base, session);
  }

  /** Steps the session up with a code of one's second factor: until then nothing that is top secret is shown. */
  stepUp(code: string): Promise<MeView> {
    return this.ask('POST', 'session/step-up', meSchema, { json: { code } });
  }

  async signOut(): Promise<void> {
    await this.ask('DELETE', 'session', nothing);
  }

  me(): Promise<MeView> {
    return this.ask('GET', 'me', meSchema);
  }

  issueToken(token: IssueToken): Promise<{ id: string; token: string }> {
    return this.ask('POST', 'tokens', issuedTokenSchema, { json: token });
  }

  documents(page: { cursor?: string; limit?: number } = {}): Promise<DocumentListView> {
    return this.ask('GET', 'documents', documentListSchema, { query: page });
  }

  document(id: string, version?: number): Promise<DocumentView> {
    return this.ask('GET', `documents/${id}`, documentSchema, { query: { version } });
  }

  /** Takes portion-marked text in; every fault comes back with its line. */
  importDocument(text: string | Uint8Array): Promise<{ id: string; portions: number }> {
    return this.ask('POST', 'documents', importedSchema, { text });
  }

  importVersion(id: string, text: string | Uint8Array): Promise<{ id: string; portions: number }> {
    return this.ask('POST', `documents/${id}/versions`, importedSchema, { text });
  }

  cases(page: { cursor?: string; limit?: number } = {}): Promise<z.output<typeof caseListSchema>> {
    return this.ask('GET', 'cases', caseListSchema, { query: page });
  }

  case(id: string): Promise<CaseView> {
    return this.ask('GET', `cases/${id}`, caseSchema);
  }

  async submitCase(command: SubmitCaseCommand): Promise<string> {
    return (await this.ask('POST', 'cases', createdCaseSchema, { json: command })).id;
  }

  async amendCase(id: string, command: AmendCaseCommand): Promise<void> {
    await this.ask('PUT', `cases/${id}/proposal`, nothing, { json: command });
  }

  async freezeCase(id: string): Promise<string> {
    return (await this.ask('POST', `cases/${id}/freeze`, frozenSchema)).digest;
  }

  async decideCase(id: string, command: DecideCaseCommand): Promise<string> {
    return (await this.ask('POST', `cases/${id}/decisions`, decidedSchema, { json: command })).state;
  }

  async returnCase(id: string, reason: string): Promise<void> {
    await this.ask('POST', `cases/${id}/return`, nothing, { json: { reason } });
  }

  async withdrawCase(id: string, reason: string): Promise<void> {
    await this.ask('POST', `cases/${id}/withdraw`, nothing, { json: { reason } });
  }

  async scheduleCase(id: string, publishAt: string): Promise<void> {
    await this.ask('POST', `cases/${id}/schedule`, nothing, { json: { publishAt } });
  }

  proposal(id: string): Promise<ProposalView> {
    return this.ask('GET', `cases/${id}/proposal`, proposalSchema);
  }

  async capacities(id: string): Promise<z.output<typeof capacityListSchema>['items']> {
    return (await this.ask('GET', `cases/${id}/capacities`, capacityListSchema)).items;
  }

  preview(id: string): Promise<z.output<typeof previewSchema>> {
    return this.ask('GET', `cases/${id}/preview`, previewSchema);
  }

  /** One file of the preview; after the freeze, the frozen bytes. */
  async rendition(id: string, name: string): Promise<Uint8Array> {
    const response = await this.send('GET', `cases/${id}/renditions/${encodeURIComponent(name)}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  wouldRefuse(id: string, verb: CaseVerb): Promise<z.output<typeof wouldRefuseSchema>> {
    return this.ask('GET', `cases/${id}/would-refuse`, wouldRefuseSchema, { query: { verb } });
  }

  /** Hands a signed statement of authority in; the registrar decides. Answers the instrument's id. */
  async submitInstrument(statement: SignedStatement): Promise<string> {
    return (await this.ask('POST', 'instruments', submittedInstrumentSchema, { json: statement })).id;
  }

  instrumentState(id: string): Promise<z.output<typeof instrumentStateSchema>> {
    return this.ask('GET', `instruments/${id}`, instrumentStateSchema);
  }

  async notifications(): Promise<z.output<typeof notificationListSchema>['items']> {
    return (await this.ask('GET', 'notifications', notificationListSchema)).items;
  }

  events(query: Partial<AuditQuery> = {}): Promise<z.output<typeof auditListSchema>> {
    return this.ask('GET', 'audit/events', auditListSchema, { query });
  }

  eventProof(id: string): Promise<z.output<typeof eventProofSchema>> {
    return this.ask('GET', `audit/events/${id}/proof`, eventProofSchema);
  }

  checkpoint(): Promise<z.output<typeof checkpointSchema>> {
    return this.ask('GET', 'audit/checkpoint', checkpointSchema);
  }

  consistency(first: number, second: number): Promise<z.output<typeof consistencySchema>> {
    return this.ask('GET', 'audit/consistency', consistencySchema, { query: { first, second } });
  }

  private async ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    sent: Sent = {},
  ): Promise<z.output<Schema>> {
    const response = await this.send(method, path, sent);
    const body = await response.text();
    return schema.parse(body === '' ? undefined : JSON.parse(body));
  }

  private async send(method: string, path: string, { query = {}, json, text }: Sent = {}): Promise<Response> {
    const url = new URL(`${this.base.replace(/\/$/, '')}/api/${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const type = text === undefined ? (json === undefined ? undefined : 'application/json') : 'text/markdown';
    const body = text ?? (json === undefined ? undefined : JSON.stringify(json));
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.credential === undefined ? {} : { authorization: `Bearer ${this.credential}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

async function problemOf(response: Response): Promise<Error> {
  const text = await response.text();
  const parsed = problemSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new Error(`${response.url} answered ${String(response.status)}, and not as this API does`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
