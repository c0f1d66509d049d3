export { ApiClient, ApiProblem, type Credential } from './api-client';
