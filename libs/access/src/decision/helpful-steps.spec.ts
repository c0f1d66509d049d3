import { type Actor, type Protection, type Thing, decide, shippedRules } from '..';
import { helpfulSteps } from './helpful-steps';

const NOW = new Date('2026-06-05T12:00:00Z');
const LATER = '2026-06-05T13:00:00Z';

const actor: Actor = {
  sid: 'exercise',
  kind: 'session',
  personId: 'exercise',
  identity: 'exercise',
  office: 'EXERCISE',
  nation: null,
  organisation: 'EXERCISE',
  roles: [],
  tokens: ['everyone'],
  unacknowledged: ['list:KESTREL'],
  lifted: [],
  clearances: [
    {
      policy: 'NATO',
      classifications: ['SECRET', 'TOP SECRET'],
      categories: [],
      from: '2026-01-01T00:00:00Z',
      until: LATER,
    },
  ],
  scopes: null,
  expiresAt: LATER,
  steppedUpUntil: null,
  enteredAt: NOW.toISOString(),
  rulesVersion: shippedRules.version,
  requestId: 'exercise',
};

const under = (classification: string, ...needToKnow: string[]): Protection => ({
  label: { policy: 'NATO', classification, categories: [] },
  needToKnow,
});

const stepsOf = (action: string, ...protections: Protection[]): string[] => {
  const thing: Thing = { kind: 'Document', protections };
  return helpfulSteps(decide(actor, action, thing, { now: NOW, rules: shippedRules })).map(({ step }) => step);
};

describe('what somebody can do about a no by themselves', () => {
  it.each<[string, string[], string, Protection[]]>([
    ['nothing where the answer is yes', [], 'read', [under('SECRET', 'everyone')]],
    ['to step up', ['step-up'], 'read', [under('TOP SECRET', 'everyone')]],
    ['to acknowledge', ['acknowledge'], 'read', [under('SECRET', 'list:KESTREL')]],
    ['both', ['step-up', 'acknowledge'], 'read', [under('TOP SECRET', 'list:KESTREL')]],
    ['each once', ['acknowledge'], 'read', [under('SECRET', 'list:KESTREL'), under('SECRET', 'list:KESTREL')]],
    ['nothing where they are not cleared', [], 'read', [under('COSMIC', 'list:KESTREL')]],
    [
      'nothing where need-to-know fails besides',
      [],
      'read',
      [under('SECRET', 'list:KESTREL'), under('SECRET', 'list:OTHER')],
    ],
    ['nothing where the rules say no', [], 'import', [under('TOP SECRET', 'everyone')]],
  ])('%s', (_name, expected, action, protections) => {
    expect(stepsOf(action, ...protections)).toEqual(expected);
  });
});
