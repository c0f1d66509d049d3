export type { AskedDecision, Supposed } from './access-connection';
export { ApiClient } from './api-client';
export { ApiProblem, type Credential } from './api-connection';
