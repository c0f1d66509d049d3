import fc from 'fast-check';
import { type Actor, EVERYONE, type HeldClearance, type Protection, type Thing, shippedRules } from '#access';
import type { Label } from '#marking';

/** People, things and labels of an exercise for the pure decision, without a database. */

export const SECRET: Label = {
  policy: 'NATO',
  classification: 'SECRET',
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
};
export const TOP_SECRET: Label = { ...SECRET, classification: 'TOP SECRET' };
export const PUBLIC: Label = { policy: 'PUBLIC', classification: 'UNMARKED', categories: [] };

export const CLEARED: HeldClearance = {
  policy: 'NATO',
  classifications: ['RESTRICTED', 'SECRET'],
  categories: [{ tagSet: 'Context', type: 'PERMISSIVE', values: ['NATO'] }],
  from: '2026-01-01T00:00:00.000Z',
  until: '2027-01-01T00:00:00.000Z',
};
export const TOP_CLEARED: HeldClearance = { ...CLEARED, classifications: ['RESTRICTED', 'SECRET', 'TOP SECRET'] };

/** The moment of an actor of `actorWith`. */
export const NOW = '2026-06-05T12:00:00.000Z';

export const actorWith = (changes: Partial<Actor> = {}): Actor => ({
  sid: 'secret',
  kind: 'session',
  personId: '5f0d3c0e-0d5a-4a3a-8b1e-111111111111',
  identity: 'reader',
  office: 'EXERCISE',
  nation: 'DEU',
  organisation: 'EXERCISE',
  roles: ['requester'],
  tokens: [EVERYONE],
  unacknowledged: [],
  lifted: [],
  clearances: [CLEARED],
  scopes: null,
  expiresAt: '2026-06-05T18:00:00.000Z',
  steppedUpUntil: null,
  enteredAt: NOW,
  rulesVersion: shippedRules.version,
  requestId: 'request',
  ...changes,
});

export const under = (label: Label, ...needToKnow: string[]): Protection => ({
  label,
  needToKnow: needToKnow.length === 0 ? [EVERYONE] : needToKnow,
});

export const documentUnder = (...protections: Protection[]): Thing => ({
  kind: 'Document',
  protections,
  id: 'document',
});

export const caseOf = (requestedBy: unknown, ...protections: Protection[]): Thing => ({
  kind: 'Case',
  protections: protections.length === 0 ? [under(SECRET)] : protections,
  requestedBy,
});

const classification = fc.constantFrom('RESTRICTED', 'SECRET', 'TOP SECRET');
const category = fc.record({
  tagSet: fc.constantFrom('Context', 'Only', 'Special'),
  type: fc.constantFrom('PERMISSIVE' as const, 'RESTRICTIVE' as const, 'INFORMATIVE' as const, 'UNHEARD' as never),
  values: fc.subarray(['NATO', 'KFOR', 'DEU']),
});
const policy = fc.constantFrom('NATO', 'NATO', 'PUBLIC', 'EXERCISE');
const moment = fc.constantFrom(
  '2026-01-01T00:00:00.000Z',
  '2026-06-05T12:00:00.000Z',
  '2026-06-05T12:00:00.001Z',
  '2027-01-01T00:00:00.000Z',
  'no moment',
);
const tokens = fc.subarray([EVERYONE, 'nation:DEU', 'community:NDPP', 'list:KESTREL']);

/** Labels that a policy allows and others. */
export const someLabels: fc.Arbitrary<Label> = fc.record({
  policy,
  classification,
  categories: fc.array(category, { maxLength: 2 }),
});

export const someClearances: fc.Arbitrary<HeldClearance> = fc.record({
  policy,
  classifications: fc.subarray(['RESTRICTED', 'SECRET', 'TOP SECRET'], { minLength: 1 }),
  categories: fc.array(category, { maxLength: 4 }),
  from: moment,
  until: moment,
});

export const someProtections: fc.Arbitrary<Protection> = fc.record({ label: someLabels, needToKnow: tokens });

const strangers = fc
  .record({
    kind: fc.constantFrom('session' as const, 'session' as const, 'token' as const),
    clearances: fc.array(someClearances, { maxLength: 3 }),
    tokens,
    unacknowledged: fc.subarray(['list:KESTREL']),
    lifted: fc.array(tokens, { maxLength: 1 }),
    roles: fc.subarray(['requester', 'planner', 'release-officer', 'security-officer']),
    nation: fc.constantFrom('DEU', 'NLD', null),
    expiresAt: fc.constantFrom('2027-01-01T00:00:00.000Z', '2026-06-05T12:00:00.000Z', '2027-01-01T00:00:00.000Z'),
    steppedUpUntil: fc.option(moment),
  })
  .map(actorWith);

/** Actors of every sort, and often enough one who is cleared as people are. */
export const someActors: fc.Arbitrary<Actor> = fc.oneof(
  { arbitrary: strangers, weight: 3 },
  fc.constantFrom(actorWith(), actorWith({ clearances: [TOP_CLEARED], steppedUpUntil: '2026-06-05T12:00:00.001Z' })),
);

const strangeThings: fc.Arbitrary<Thing> = fc.record({
  kind: fc.constantFrom('Document' as const, 'Case' as const, 'Portion' as const, 'Rules' as const, 'Hat' as never),
  protections: fc.array(someProtections, { maxLength: 2 }),
  requestedBy: fc.constantFrom(actorWith().personId, 'another', undefined, null),
});

/** Things of every sort, and often enough one as things are. */
export const someThings: fc.Arbitrary<Thing> = fc.oneof(
  { arbitrary: strangeThings, weight: 3 },
  fc.constantFrom(documentUnder(under(SECRET)), documentUnder(under(TOP_SECRET)), caseOf('another')),
);

/** Moments at, before and after those at which something of an actor begins or ends. */
export const someMoments: fc.Arbitrary<Date> = fc.oneof(
  fc.constant(new Date(NOW)),
  fc.constantFrom(
    ...[
      '2025-12-31T23:59:59.999Z',
      '2026-01-01T00:00:00.000Z',
      '2026-06-05T11:59:59.999Z',
      '2026-06-05T12:00:00.000Z',
      '2026-06-05T12:00:00.001Z',
      '2026-12-31T23:59:59.999Z',
      '2027-01-01T00:00:00.000Z',
    ].map((text) => new Date(text)),
  ),
);

export const someActions = fc.oneof(
  fc.constantFrom('read', 'decide'),
  fc.constantFrom('import', 'amend', 'withdraw', 'preview'),
);
