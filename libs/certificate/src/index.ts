export {
  type Certificate,
  type Publication,
  certificateSchema,
  decisionsCommitment,
  publicationLeaf,
  publicationSchema,
} from './certificate';
export { type PublicParts, composeCertificate, partsForPublic, publicationOf } from './compose';
export { type PublicNeeds, publicInstruments } from './public-instruments';
export { type CertificateTrust, type ClaimedFile, verifyCertificate } from './verify-certificate';
