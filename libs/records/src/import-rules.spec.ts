import fc from 'fast-check';
import { join } from 'node:path';
import { type Actor, type Protection, protectionChecks } from '#access';
import { type Clearance, type Label, parseMark, validateClearance } from '#marking';
import { readPolicies } from '#process';
import { aPerson, natoClearance } from '../../../test/support/people';
import { type KnownCopy, bodyDigest, importFaults, writeDownFaults } from './import-rules';
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
    clearances,
    scopes: null,
    expiresAt: '2030-01-01T00:00:00Z',
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

describe('no_write_down', () => {
  const copyUnder = (mark: string, needToKnow = ['everyone'], document?: Protection): KnownCopy => {
    const protection = { label: labelOf(mark), needToKnow };
    return { digest: bodyDigest(TEXT), protection, documentProtection: document ?? protection };
  };
  const told = (written: MarkedPortion, copies: readonly KnownCopy[], needToKnow = ['everyone']): string[] =>
    writeDownFaults([written], { label: written.label, needToKnow }, copies, policies).map((fault) => fault.code);

  it.each<[string, string, string[]]>([
    ['(CTS)', '(CTS)', []],
    ['(CTS)', '(NS)', ['written-down']],
    ['(CTS)', '(PUBLIC)', ['written-down']],
    ['(NS)', '(CTS)', []],
    ['(PUBLIC)', '(NU)', []],
    ['(PUBLIC)', '(PUBLIC)', []],
    ['(NU)', '(PUBLIC)', ['written-down']],
    ['(NS)', '(NS REL UKR)', ['written-down']],
    ['(NS REL UKR)', '(NS)', []],
    ['(NS ONLY DEU)', '(NS)', ['written-down']],
    ['(NS ONLY DEU)', '(NS ONLY DEU NLD)', ['written-down']],
    ['(NS ONLY DEU NLD)', '(NS ONLY DEU)', []],
    ['(NS ONLY DEU)', '(NS ONLY NLD)', ['written-down']],
    ['(CTS-A)', '(CTS)', ['written-down']],
    ['(CTS)', '(CTS-A)', []],
    ['(CTS-A)', '(CTS-B)', ['written-down']],
  ])('what stands under %s, written under %s', (stands, written, codes) => {
    expect(told(portion(written), [copyUnder(stands)])).toEqual(codes);
  });

  it.each<[string, string[], string[], string[]]>([
    ['for everyone', ['community:NDPP'], ['everyone'], ['written-down']],
    ['for the same', ['community:NDPP'], ['community:NDPP'], []],
    ['for fewer', ['community:NDPP', 'nation:DEU'], ['nation:DEU'], []],
    ['for others as well', ['nation:DEU'], ['nation:DEU', 'nation:NLD'], ['written-down']],
    ['for others', ['nation:DEU'], ['nation:NLD'], ['written-down']],
    ['for fewer than everyone', ['everyone'], ['nation:DEU'], []],
    ['for somebody, where nobody was meant', [], ['nation:DEU'], ['written-down']],
    ['for nobody', ['nation:DEU'], [], []],
  ])('what few need to know, written %s', (_name, stands, written, codes) => {
    expect(told(portion('(NS)'), [copyUnder('(NS)', stands)], written)).toEqual(codes);
  });

  it('counts the need-to-know of the whole document as well', () => {
    const document = { label: labelOf('(NS)'), needToKnow: ['community:NDPP'] };
    expect(told(portion('(NS)'), [copyUnder('(NS)', ['everyone'], document)])).toEqual(['written-down']);
    expect(told(portion('(NS)'), [copyUnder('(NS)', ['everyone'], document)], ['community:NDPP'])).toEqual([]);
  });

  it('does not count the banner of the other document: a portion is as secret as its own mark', () => {
    const document = { label: labelOf('(CTS)'), needToKnow: ['everyone'] };
    expect(told(portion('(NU)'), [copyUnder('(NU)', ['everyone'], document)])).toEqual([]);
  });

  it('is not deceived by case, white space or compatible letters', () => {
    for (const text of [
      TEXT.toUpperCase(),
      TEXT.replaceAll(' ', '\u00a0\n '),
      ` ${TEXT} `,
      TEXT.replace('fi', 'ﬁ'),
      TEXT.replace('30', '３０'),
    ])
      expect([text, told(portion('(NS)', 9, text), [copyUnder('(CTS)')])]).toEqual([text, ['written-down']]);
    expect(told(portion('(NS)', 9, `${TEXT} And more.`), [copyUnder('(CTS)')])).toEqual([]);
  });

  it('lets headings and names recur: what has fewer than 20 characters is nobody’s secret', () => {
    const heading = (text: string): string[] =>
      told(portion('(NU)', 9, text), [{ ...copyUnder('(CTS)'), digest: bodyDigest(text) }]);
    expect(heading('x'.repeat(19))).toEqual([]);
    expect(heading('x'.repeat(20))).toEqual(['written-down']);
    expect(heading(`${'x'.repeat(19)}      `)).toEqual([]);
  });

  it('is told once a portion, with its line and both marks', () => {
    const copies = [copyUnder('(NS)'), copyUnder('(CTS)'), copyUnder('(CTS-A)')];
    const target = { label: labelOf('(NS)'), needToKnow: ['everyone'] };
    expect(writeDownFaults([portion('(NS)', 12), portion('(NU)', 14)], target, copies, policies)).toEqual([
      {
        line: 12,
        code: 'written-down',
        reason: 'this text stands under (CTS) elsewhere, (NS) is lower or for more readers',
      },
      {
        line: 14,
        code: 'written-down',
        reason: 'this text stands under (NS) elsewhere, (NU) is lower or for more readers',
      },
    ]);
  });

  it('what it lets pass, nobody may read who could not read the text where it stood', () => {
    const marks = [
      '(PUBLIC)',
      '(NU)',
      '(NR)',
      '(NS)',
      '(CTS)',
      '(CTS-A)',
      '(CTS-A-B)',
      '(NS REL UKR)',
      '(NR REL UKR)',
      '(NS ONLY DEU)',
      '(NS ONLY DEU NLD)',
      '(NU STAFF)',
    ];
    const tokens = ['everyone', 'nation:DEU', 'nation:NLD', 'community:NDPP'];
    const protection = fc.record({
      label: fc.constantFrom(...marks).map(labelOf),
      needToKnow: fc.subarray(tokens),
    });
    const levels = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const;
    const reader = fc.record({
      level: fc.constantFrom(...levels),
      nation: fc.constantFrom('DEU', 'NLD', 'UKR'),
      designators: fc.subarray(['ATOMAL', 'BOHEMIA']),
      partner: fc.boolean(),
      holds: fc.subarray(tokens.slice(1)),
    });
    let lowered = 0;
    fc.assert(
      fc.property(protection, protection, protection, reader, (now, then, document, who) => {
        const copy = {
          digest: bodyDigest(TEXT),
          protection: then,
          documentProtection: { ...document, label: then.label },
        };
        const written = { ...portion('(NU)'), label: now.label };
        if (writeDownFaults([written], now, [copy], policies).length > 0) {
          lowered += 1;
          return;
        }
        const clearance = natoClearance(who.level, {
          ...(who.partner ? { context: 'Releasable' } : {}),
          releasedTo: who.partner ? [who.nation] : ['NATO', who.nation],
          designators: who.designators,
        });
        expect(validateClearance(policies, clearance)).toEqual([]);
        const actor = actorWith([clearance], ['everyone', ...who.holds]);
        const reads = (one: Protection): boolean => protectionChecks(actor, one).every((check) => check.outcome);
        if (reads(now)) expect(reads(then) && reads(copy.documentProtection)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(lowered).toBeGreaterThan(100);
  });
});
