import { z } from 'zod';
import {
  type AccessListQuery,
  type AccessRequestView,
  type AmendCaseCommand,
  type AuditQuery,
  type CaseSearchAsked,
  type CaseVerb,
  type CaseView,
  type CasesAsked,
  type DecideCaseCommand,
  type DocumentListView,
  type DocumentView,
  type DocumentsAsked,
  type FoundCaseListView,
  type FoundListView,
  type IssueToken,
  type MarkedWordsInput,
  type MeView,
  type OpenBreakGlassCommand,
  type ProposalView,
  type RequestAccessCommand,
  type ReviewBreakGlassCommand,
  type SearchAsked,
  type SubmitCaseCommand,
  type TargetListView,
  type TargetsAsked,
  accessListsSchema,
  accessRequestSchema,
  accessRequestsSchema,
  attachedSchema,
  auditListSchema,
  breakGlassListSchema,
  capacityListSchema,
  caseListSchema,
  caseSchema,
  checkpointSchema,
  consistencySchema,
  createdCaseSchema,
  createdRequestSchema,
  decidedSchema,
  documentListSchema,
  documentSchema,
  eventProofSchema,
  foundCaseListSchema,
  foundListSchema,
  frozenSchema,
  importedSchema,
  instrumentStateSchema,
  issuedTokenSchema,
  meSchema,
  notificationListSchema,
  openedBreakGlassSchema,
  previewSchema,
  proposalSchema,
  signedInSchema,
  submittedInstrumentSchema,
  targetListSchema,
  wouldRefuseSchema,
} from '#contracts';
import type { SignedStatement } from '#signing';
import { AccessConnection } from './access-connection';
import { nothing } from './api-connection';

/**
 * The API over HTTP, as programs speak to it: one method for each thing that can be asked.
 *
 * Answers are read by the same schemas that the server writes them by. A refusal is thrown as `ApiProblem`; whatever is
 * no answer of this API (another server, a proxy's page) is an Error.
 */
export class ApiClient extends AccessConnection {
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

  documents(asked: DocumentsAsked = {}): Promise<DocumentListView> {
    return this.ask('GET', 'documents', documentListSchema, { query: asked });
  }

  /** Targets across documents, as far as one may see them. */
  targets(asked: TargetsAsked = {}): Promise<TargetListView> {
    return this.ask('GET', 'targets', targetListSchema, { query: asked });
  }

  /** Where words stand in what one may read. They go in the body: an address would be written into logs on the way. */
  search(asked: SearchAsked): Promise<FoundListView> {
    return this.ask('POST', 'search', foundListSchema, { json: asked });
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

  /** Attaches a file to a document. Name and mark travel as headers: no address tells them. */
  attach(
    id: string,
    file: { readonly name: string; readonly mark: string; readonly mediaType: string; readonly bytes: Uint8Array },
  ): Promise<{ id: string; sha256: string }> {
    const { name, mark, bytes: text, mediaType: type } = file;
    const headers = { 'imprimatur-name': encodeURIComponent(name), 'imprimatur-mark': encodeURIComponent(mark) };
    return this.ask('POST', `documents/${id}/attachments`, attachedSchema, { text, type, headers });
  }

  /** The bytes of an attachment. */
  async attachment(id: string, attachment: string): Promise<Uint8Array> {
    const response = await this.send('GET', `documents/${id}/attachments/${attachment}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  cases(asked: CasesAsked = {}): Promise<z.output<typeof caseListSchema>> {
    return this.ask('GET', 'cases', caseListSchema, { query: asked });
  }

  /** The cases in whose title or summary words stand, as far as one may know of them. They go in the body. */
  searchCases(asked: CaseSearchAsked): Promise<FoundCaseListView> {
    return this.ask('POST', 'cases/search', foundCaseListSchema, { json: asked });
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

  /** The access lists that one may know of, by name, and where one stands to each. */
  accessLists(page: Partial<AccessListQuery> = {}): Promise<z.output<typeof accessListsSchema>> {
    return this.ask('GET', 'access-lists', accessListsSchema, { query: page });
  }

  /** `digest` is that of the read-in as it was shown. */
  async acknowledge(list: string, digest: string): Promise<void> {
    await this.ask('POST', `access-lists/${list}/acknowledgement`, nothing, { json: { digest } });
  }

  async requestAccess(command: RequestAccessCommand): Promise<string> {
    return (await this.ask('POST', 'access-requests', createdRequestSchema, { json: command })).id;
  }

  accessRequests(page: { cursor?: string; limit?: number } = {}): Promise<z.output<typeof accessRequestsSchema>> {
    return this.ask('GET', 'access-requests', accessRequestsSchema, { query: page });
  }

  accessRequest(id: string): Promise<AccessRequestView> {
    return this.ask('GET', `access-requests/${id}`, accessRequestSchema);
  }

  async refuseAccess(id: string, reason: MarkedWordsInput): Promise<void> {
    await this.ask('POST', `access-requests/${id}/refusal`, nothing, { json: { reason } });
  }

  async withdrawAccessRequest(id: string): Promise<void> {
    await this.ask('POST', `access-requests/${id}/withdrawal`, nothing);
  }

  /** Lifts the need-to-know of a document in an emergency: on the record, with an alert and a review to come. */
  breakGlass(command: OpenBreakGlassCommand): Promise<z.output<typeof openedBreakGlassSchema>> {
    return this.ask('POST', 'break-glass', openedBreakGlassSchema, { json: command });
  }

  brokenGlass(page: { cursor?: string; limit?: number } = {}): Promise<z.output<typeof breakGlassListSchema>> {
    return this.ask('GET', 'break-glass', breakGlassListSchema, { query: page });
  }

  async reviewBreakGlass(id: string, command: ReviewBreakGlassCommand): Promise<void> {
    await this.ask('POST', `break-glass/${id}/review`, nothing, { json: command });
  }

  async endBreakGlass(id: string): Promise<void> {
    await this.ask('POST', `break-glass/${id}/end`, nothing);
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
}
