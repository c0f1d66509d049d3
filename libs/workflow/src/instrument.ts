import { z } from 'zod';
import { thumbprint } from '#signing';
import { procedureSchema } from './procedure';

// One spelling: what is named in capitals would be another thing here, and the same thing in the database.
const uuid = z.uuid().regex(/^[^A-Z]*$/, 'ids are written in small letters');
const moment = z.iso.datetime();
const token = z.string().min(1).max(120);
const words = z.string().min(1).max(300);

/** A public key as an instrument carries it. */
export const jwkSchema = z.strictObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string().optional() });

const categories = z.array(
  z.strictObject({
    tagSet: z.string().min(1),
    type: z.enum(['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE']),
    values: z.array(z.string().min(1)),
  }),
);

const span = { from: moment, until: moment };

/** The name of an access list: `list:` and this is the need-to-know token that its members hold. */
const listName = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,62}$/, 'capital letters, digits and hyphens');

/** What each kind of instrument says. */
export const BODIES = {
  person: z.strictObject({
    person: uuid,
    identity: token,
    office: words,
    nation: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .nullable(),
    organisation: words,
    roles: z.array(token),
    communities: z.array(token),
  }),
  key: z.strictObject({ person: uuid, identity: token, kid: token, jwk: jwkSchema, ...span }),
  'service-key': z.strictObject({ service: z.enum(['guard']), kid: token, jwk: jwkSchema, ...span }),
  body: z.strictObject({
    body: token,
    name: words,
    seats: z
      .array(z.strictObject({ id: token, name: words }))
      .min(1)
      .max(200),
  }),
  holder: z.strictObject({ body: token, seat: token, person: uuid, ...span }),
  delegation: z.strictObject({ body: token, seat: token, fromPerson: uuid, toPerson: uuid, ...span }),
  clearance: z.strictObject({
    clearance: uuid,
    person: uuid,
    policy: token,
    classifications: z.array(token).min(1),
    categories,
    ...span,
    /** Why it is given, and on whose authority: of a vetting, a decision, an agreement. */
    reason: words.optional(),
    authority: words.optional(),
  }),
  'clearance-withdrawal': z.strictObject({ clearance: uuid, reason: words, from: moment }),
  procedure: z.strictObject({ procedure: procedureSchema }),
  'access-list': z.strictObject({
    list: listName,
    kind: z.enum(['list', 'assignment']),
    name: words,
    /** Those who may let others in. Nobody lets themselves in. */
    approvers: z.array(uuid).min(1).max(50),
    /** Whether everybody who is signed in may know that the list exists, and ask to be let in. */
    listed: z.boolean(),
    /** What a member acknowledges before the list opens anything to them; null where nothing is read in. */
    readIn: z.string().min(1).max(2_000).nullable(),
    longestDays: z.number().int().min(1).max(1_830),
  }),
  'access-grant': z.strictObject({ grant: uuid, list: listName, person: uuid, request: uuid.nullable(), ...span }),
  'access-withdrawal': z.strictObject({ grant: uuid, list: listName, reason: words, from: moment }),
  'access-rules': z.strictObject({ version: token, rules: z.record(z.string(), z.unknown()) }),
  revocation: z.strictObject({ instrument: uuid, reason: z.enum(['compromise', 'superseded', 'error']), from: moment }),
} as const;

export type InstrumentKind = keyof typeof BODIES;
export type InstrumentBody<Kind extends InstrumentKind> = z.output<(typeof BODIES)[Kind]>;

const head = { installation: token, id: uuid, issuedAt: moment };

/** A statement of authority: a key, a seat, a holder, a delegation, a procedure, a clearance, access. Unknown fields are refused. */
export const instrumentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...head, kind: z.literal('person'), body: BODIES.person }),
  z.strictObject({ ...head, kind: z.literal('key'), body: BODIES.key }),
  z.strictObject({ ...head, kind: z.literal('service-key'), body: BODIES['service-key'] }),
  z.strictObject({ ...head, kind: z.literal('body'), body: BODIES.body }),
  z.strictObject({ ...head, kind: z.literal('holder'), body: BODIES.holder }),
  z.strictObject({ ...head, kind: z.literal('delegation'), body: BODIES.delegation }),
  z.strictObject({ ...head, kind: z.literal('clearance'), body: BODIES.clearance }),
  z.strictObject({ ...head, kind: z.literal('clearance-withdrawal'), body: BODIES['clearance-withdrawal'] }),
  z.strictObject({ ...head, kind: z.literal('procedure'), body: BODIES.procedure }),
  z.strictObject({ ...head, kind: z.literal('access-list'), body: BODIES['access-list'] }),
  z.strictObject({ ...head, kind: z.literal('access-grant'), body: BODIES['access-grant'] }),
  z.strictObject({ ...head, kind: z.literal('access-withdrawal'), body: BODIES['access-withdrawal'] }),
  z.strictObject({ ...head, kind: z.literal('access-rules'), body: BODIES['access-rules'] }),
  z.strictObject({ ...head, kind: z.literal('revocation'), body: BODIES.revocation }),
]);

export type Instrument = z.output<typeof instrumentSchema>;
export type InstrumentOf<Kind extends InstrumentKind> = Extract<Instrument, { kind: Kind }>;

const officerSchema = z
  .strictObject({ officer: token, kid: token, jwk: jwkSchema })
  .refine((each) => thumbprint(each.jwk) === each.kid, 'the kid is not the thumbprint of the key');

/** The trust anchor: the registry officers' public keys, from a file that no other process can write, and the logs' verifier keys. */
export const officersSchema = z.strictObject({
  installation: token,
  officers: z
    .array(officerSchema)
    .refine(
      (all) => new Set(all.map((each) => humanOf(each.officer))).size > 1,
      'two officers at least: no instrument could be signed',
    )
    .refine((all) => new Set(all.map((each) => each.kid)).size === all.length, 'one key stands there twice'),
  logs: z.strictObject({ ledger: z.string().min(1), publicLog: z.string().min(1) }),
});

export type Officers = z.output<typeof officersSchema>;

/** One spelling of an identity: what differs in case, width or blanks around it alone is one human. */
export const humanOf = (identity: string): string => identity.normalize('NFKC').trim().toLowerCase();

/** The kinds that no officer signs: a delegation by the one who delegates, access by the one who approves it. */
export const SELF_SIGNED = ['delegation', 'access-grant', 'access-withdrawal'] as const satisfies InstrumentKind[];

export type SelfSignedKind = (typeof SELF_SIGNED)[number];
export type SelfSigned = InstrumentOf<SelfSignedKind>;

export const isSelfSigned = (instrument: Instrument): instrument is SelfSigned =>
  (SELF_SIGNED as readonly string[]).includes(instrument.kind);

/** How many officers an instrument needs. One suffices where it only takes away; some are signed by those whose they are. */
export const officersNeeded = (kind: InstrumentKind): number =>
  (SELF_SIGNED as readonly string[]).includes(kind)
    ? 0
    : kind === 'clearance-withdrawal' || kind === 'revocation'
      ? 1
      : 2;
