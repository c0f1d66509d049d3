import { join } from 'node:path';
import type { Actor } from '#access';
import { type Clearance, type Label, parseMark } from '#marking';
import { readPolicies } from '#process';
import { aPerson } from '../../../test/support/people';
import { importFaults } from './import-rules';
import type { MarkedDocument, MarkedPortion } from './marked-text';

const policies = readPolicies(join(__dirname, '../../../policies'));

function labelOf(mark: string): Label {
  const parsed = parseMark(policies, mark);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.label;
}

/** EXERCISE. */
const TEXT = 'EXERCISE: the targets are about 30 % above the present ones.';

const portion = (mark: string, line = 9, text = TEXT): MarkedPortion => ({
  line,
  kind: 'paragraph',
  label: labelOf(mark),
  originator: 'ACT',
  text,
});

function actorWith(clearances: readonly Clearance[], tokens: readonly string[] = ['everyone']): Actor {
  return {
    sid: 'secret',
    kind: 'session',
    personId: '5f0d3c0e-0d5a-4a3a-8b1e-111111111111',
    identity: 'planner',
    office: 'EXERCISE',
    nation: 'DEU',
    organisation: 'EXERCISE',
    roles: ['planner'],
    tokens,
    unacknowledged: [],
    lifted: [],
    clearances: clearances.map((each) => ({ ...each, from: '2020-01-01T00:00:00Z', until: '2030-01-01T00:00:00Z' })),
    scopes: null,
    expiresAt: '2030-01-01T00:00:00Z',
    steppedUpUntil: '2030-01-01T00:00:00Z',
    enteredAt: '2026-01-01T00:00:00Z',
    rulesVersion: 'test',
    requestId: 'request',
  };
}

const cleared = aPerson('planner').from('DEU').clearedTo('SECRET').plan.clearances;

describe('who may bring a document in', () => {
  const document = (banner: string, portions: readonly MarkedPortion[], needToKnow = ['everyone']): MarkedDocument => ({
    banner: labelOf(banner),
    mark: labelOf(banner),
    originator: 'ACT',
    needToKnow,
    exercise: true,
    subject: undefined,
    extractable: true,
    portions,
  });
  const told = (document_: MarkedDocument, actor: Actor, highest = '(CTS-A)'): string[] =>
    importFaults(document_, actor, labelOf(highest), policies).map(({ line, code }) => `${String(line)} ${code}`);

  it('whoever is cleared for all of it, and holds its need-to-know', () => {
    expect(told(document('(NS)', [portion('(NU)'), portion('(NS)'), portion('(PUBLIC)')]), actorWith(cleared))).toEqual(
      [],
    );
    expect(told(document('(PUBLIC)', [portion('(PUBLIC)')]), actorWith([]))).toEqual([]);
  });

  it('nobody above their own clearance, portion by portion', () => {
    const above = document('(CTS)', [portion('(NS)', 8), portion('(CTS)', 9), portion('(NS-A)', 11)]);
    expect(told(above, actorWith(cleared))).toEqual([
      '9 above-own-clearance',
      '11 above-own-clearance',
      '1 above-own-clearance',
    ]);
    expect(told(document('(CTS)', [portion('(NS)')]), actorWith(cleared))).toEqual(['1 above-own-clearance']);
    expect(told(document('(NS-A)', [portion('(NS-A)')]), actorWith(cleared))).toEqual([
      '9 above-own-clearance',
      '1 above-own-clearance',
    ]);
    expect(told(document('(NU)', [portion('(NU)')]), actorWith([]))).toHaveLength(2);
  });

  it('nothing above what the installation holds, whoever brings it', () => {
    const all = actorWith(aPerson('planner').from('DEU').clearedTo('TOP SECRET', 'ATOMAL').plan.clearances);
    expect(told(document('(CTS)', [portion('(NS)', 8), portion('(CTS)', 9)]), all, '(NS)')).toEqual([
      '9 above-installation',
      '1 above-installation',
    ]);
    expect(told(document('(NS-A)', [portion('(NS-A)')]), all, '(CTS)')).toEqual([
      '9 above-installation',
      '1 above-installation',
    ]);
    expect(told(document('(NS)', [portion('(NS)')]), all, '(PUBLIC)')).toHaveLength(2);
  });

  it('nobody for readers whom they do not belong to', () => {
    const kept = (needToKnow: string[]): MarkedDocument => document('(NS)', [portion('(NS)')], needToKnow);
    const planner = actorWith(cleared, ['everyone', 'community:NDPP-STAFF', 'nation:DEU']);
    expect(told(kept(['community:NDPP-STAFF']), planner)).toEqual([]);
    expect(told(kept(['nation:NLD', 'nation:DEU']), planner)).toEqual([]);
    expect(told(kept(['nation:NLD']), planner)).toEqual(['1 need-to-know']);
    expect(told(kept([]), planner)).toEqual(['1 need-to-know']);
  });
});
