/** The processes that hold a database role of their own (DESIGN, decision 3). Each gets its own grants and nothing else. */
export const ROLES = ['api', 'relay', 'registrar', 'sealer', 'guard', 'register', 'examiner'] as const;

export type RoleName = (typeof ROLES)[number];

/** The name of a runtime role in the cluster. */
export const databaseRole = (role: RoleName): string => `imprimatur_${role}`;

/** Owns the functions that compute rights. Cannot log in; nobody inherits it. */
export const RIGHTS_ROLE = 'imprimatur_rights';

/** Which roles may connect to which side. The register never reaches the restricted database. */
export const CONNECTS = {
  main: ['api', 'relay', 'registrar', 'sealer', 'guard', 'examiner'],
  register: ['guard', 'register'],
} as const satisfies Record<string, readonly RoleName[]>;
