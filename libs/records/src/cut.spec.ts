import fc from 'fast-check';
import { join } from 'node:path';
import type { Protection } from '#access';
import { type Label, parseMark } from '#marking';
import { readPolicies } from '#process';
import { digestOf } from '#signing';
import { NOBODY_BANNER, cutBanner, cutsOf } from './cut';
import type { PortionRow, VersionRow } from './store/document.store';

const policies = readPolicies(join(__dirname, '../../../policies'));

const MARKS = ['(PUBLIC)', '(NU)', '(NS)', '(CTS)', '(NS ONLY DEU)', '(NS ONLY NLD)'] as const;
type Mark = (typeof MARKS)[number];

function labelOf(mark: string): Label {
  const parsed = parseMark(policies, mark);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.label;
}

/** The protections that a reader sees; what they do not see is not there. */
const seeing = (...marks: readonly Mark[]): ReadonlyMap<number, Protection> =>
  new Map(marks.map((mark) => [MARKS.indexOf(mark), { label: labelOf(mark), needToKnow: ['everyone'] }]));

const version = (ordinal: number): VersionRow => ({
  id: `version-${String(ordinal)}`,
  documentId: 'document',
  ordinal,
  createdAt: new Date(Date.UTC(2026, 0, ordinal)),
});

const portion = (of: number, ordinal: number, mark: Mark, body = `EXERCISE ${mark}`): PortionRow => ({
  id: `portion-${String(of)}-${String(ordinal)}`,
  versionId: `version-${String(of)}`,
  ordinal,
  kind: ordinal === 1 ? 'title' : 'paragraph',
  protectionId: MARKS.indexOf(mark),
  originator: 'ACT',
  body,
});

describe('a cut', () => {
  it('has the digest of its canonical JSON', () => {
    const target = {
      nation: 'DEU',
      area: 'EXERCISE',
      quantityNow: 1,
      quantityRequired: 2,
      unit: 'EXERCISE',
      dueYear: 2030,
    };
    const rows = [
      portion(1, 1, '(NU)', 'EXERCISE \u2028 "\u00e4" \\'),
      { ...portion(1, 2, '(NS)'), kind: 'target' as const, target },
    ];
    const told = rows.map(({ kind, body, originator, ...row }, n) => ({
      n: n + 1,
      mark: MARKS[row.protectionId],
      kind,
      body,
      originator,
      target: 'target' in row ? row.target : null,
    }));
    expect(cutsOf([version(1)], rows, seeing('(NU)', '(NS)'), policies)[0]?.digest).toBe(digestOf(told));
  });

  it('is numbered without gaps, in the order of the document, each portion with its mark', () => {
    const rows = [
      portion(1, 4, '(NS)'),
      portion(1, 1, '(NU)'),
      portion(1, 3, '(NU)', 'EXERCISE last'),
      portion(1, 2, '(CTS)'),
    ];
    const [cut, ...others] = cutsOf([version(1)], rows, seeing('(NU)', '(NS)'), policies);
    expect(others).toEqual([]);
    expect(cut?.portions.map(({ n, mark, body }) => [n, mark, body])).toEqual([
      [1, '(NU)', 'EXERCISE (NU)'],
      [2, '(NU)', 'EXERCISE last'],
      [3, '(NS)', 'EXERCISE (NS)'],
    ]);
    expect(cut).toMatchObject({ version: 1, date: new Date('2026-01-01T00:00:00Z') });
  });

  it('counts only the versions that differ for its reader', () => {
    const versions = [version(1), version(2), version(3), version(4)];
    const rows = [
      portion(1, 1, '(NU)'),
      portion(1, 2, '(CTS)'),
      portion(2, 1, '(NU)'),
      portion(2, 2, '(CTS)', 'EXERCISE changed'),
      portion(3, 1, '(NU)', 'EXERCISE changed'),
      portion(3, 2, '(CTS)', 'EXERCISE changed'),
      portion(4, 1, '(NU)'),
      portion(4, 2, '(CTS)'),
    ];
    const of = (...marks: Mark[]) =>
      cutsOf(versions, rows, seeing(...marks), policies).map((cut) => [cut.version, cut.date.getUTCDate()]);
    expect(of('(NU)', '(CTS)')).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(of('(NU)')).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
    ]);
    expect(of()).toEqual([[1, 1]]);
  });

  it('differs when a mark, an originator, a target or the order does', () => {
    const target = { nation: 'DEU', area: 'Personnel', quantityNow: 1, quantityRequired: 2, unit: 'x', dueYear: 2030 };
    const first = [portion(1, 1, '(NU)'), portion(1, 2, '(NU)', 'EXERCISE second')];
    const changes: readonly PortionRow[][] = [
      [{ ...first[0]!, protectionId: MARKS.indexOf('(NS)') }, first[1]!],
      [{ ...first[0]!, originator: 'DEU' }, first[1]!],
      [{ ...first[0]!, kind: 'paragraph' }, first[1]!],
      [{ ...first[0]!, target }, first[1]!],
      [
        { ...first[0]!, ordinal: 2 },
        { ...first[1]!, ordinal: 1 },
      ],
      [first[0]!],
    ];
    const digest = (rows: readonly PortionRow[]) =>
      cutsOf([version(1)], rows, seeing('(NU)', '(NS)'), policies)[0]!.digest;
    expect(digest(first.map((row) => ({ ...row, id: `${row.id}-again` })))).toBe(digest(first));
    expect(new Set([first, ...changes].map(digest)).size).toBe(changes.length + 1);
  });

  it('of a document without versions is none', () => {
    expect(cutsOf([], [], seeing('(NU)'), policies)).toEqual([]);
  });

  it('noninterference: does not depend on what its reader may not see', () => {
    const seen = seeing('(PUBLIC)', '(NU)');
    const visible = fc.array(
      fc.array(
        fc.record({
          mark: fc.constantFrom<Mark>('(PUBLIC)', '(NU)'),
          body: fc.constantFrom('EXERCISE a', 'EXERCISE b'),
        }),
        { maxLength: 3 },
      ),
      { minLength: 1, maxLength: 4 },
    );
    const hidden = fc.record({ mark: fc.constantFrom<Mark>('(NS)', '(CTS)'), body: fc.string(), after: fc.nat(3) });
    fc.assert(
      fc.property(visible, fc.infiniteStream(fc.array(hidden, { maxLength: 3 })), (versions, secrets) => {
        const rowsOf = (
          of: number,
          own: readonly { mark: Mark; body: string }[],
          others: readonly { mark: Mark; body: string; after: number }[],
        ) => {
          const all = others.reduce<{ mark: Mark; body: string }[]>(
            (list, other) => [...list.slice(0, other.after), other, ...list.slice(other.after)],
            [...own],
          );
          return all.map((each, n) => ({ ...portion(of, n + 1, each.mark, each.body), kind: 'paragraph' as const }));
        };
        const plain = versions.flatMap((own, n) => rowsOf(n + 1, own, []));
        const mixed = versions.flatMap((own, n) => rowsOf(n + 1, own, secrets.next().value as []));
        const stated = (rows: readonly PortionRow[]) =>
          cutsOf(
            versions.map((_own, n) => version(n + 1)),
            rows,
            seen,
            policies,
          ).map((cut) => ({
            ...cut,
            portions: cut.portions.map(({ n, mark, body, kind, originator }) => ({ n, mark, body, kind, originator })),
            banner: cutBanner(cut, policies),
          }));
        expect(stated(mixed)).toEqual(stated(plain));
      }),
    );
  });
});

describe('the banner of a cut', () => {
  const of = (...marks: Mark[]): string =>
    cutBanner(
      cutsOf(
        [version(1)],
        marks.map((mark, n) => portion(1, n + 1, mark)),
        seeing(...marks),
        policies,
      )[0]!,
      policies,
    );

  it('is the roll-up of what is in it', () => {
    expect(of('(PUBLIC)')).toBe('PUBLIC');
    expect(of('(PUBLIC)', '(NU)')).toBe('NATO UNCLASSIFIED');
    expect(of('(NU)', '(CTS)', '(NS)')).toBe('COSMIC TOP SECRET');
    expect(of('(NS)', '(NS ONLY DEU)')).toBe('NATO SECRET Germany Only');
  });

  it('of what nobody may read as a whole says so, and of nothing is none', () => {
    expect(of('(NS ONLY DEU)', '(NS ONLY NLD)')).toBe(NOBODY_BANNER);
    expect(of()).toBe('');
  });
});
