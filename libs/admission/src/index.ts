export { AcknowledgeReadIn } from './acknowledge';
export { AdmissionModule } from './admission.module';
export { BreakGlass } from './break-glass';
export { ListAccessLists } from './list-access-lists';
export { ListBreakGlass } from './list-break-glass';
export { ListRequests } from './list-requests';
export { RequestAccess } from './request-access';
export { EndBreakGlass, ReviewBreakGlass } from './review-break-glass';
export { SettleRequest } from './settle-request';
