export { type Certificate, type Publication, certificateSchema, publicationLeaf, publicationSchema } from './certificate';
export { type PublicNeeds, publicInstruments } from './public-instruments';
export { type CertificateTrust, type ClaimedFile, verifyCertificate } from './verify-certificate';
