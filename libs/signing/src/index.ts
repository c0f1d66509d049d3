export { canonicalJson, commitmentTo, digestOf, sha256Hex } from './canonical-json';
export {
  type PrivateJwk,
  type PublicJwk,
  type SigningAlgorithm,
  algorithmOf,
  generateKey,
  publicPart,
  thumbprint,
} from './keys';
export {
  type SignedStatement,
  type VerifiedStatement,
  addSignature,
  payloadOf,
  signStatement,
  statementId,
  verifyStatement,
} from './statement';
