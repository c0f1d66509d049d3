export { type Inspection, faultsOf, inspect } from './inspect';
export { Guard, type GuardKeys, type GuardParts } from './publish';
