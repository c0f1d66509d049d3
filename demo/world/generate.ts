import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Nation, readWorldPlan } from '../read-world';

/*
 * Makes the capability target packages from targets.yaml. EXERCISE: every figure is invented. The packages lie in the
 * repository, because people read them; a test says when one is not what this makes. To write them anew:
 *
 *   npm run build && node dist/demo/world/generate.js
 */

const AREAS = ['air', 'longRange', 'logistics', 'land'] as const;
export type Area = (typeof AREAS)[number];

const areaSchema = z.strictObject({ name: z.string(), unit: z.string(), mark: z.string() });
const count = z.number().int().min(0);

const tableSchema = z.strictObject({
  years: z.strictObject({ inForce: z.number().int(), due: z.number().int() }),
  areas: z.strictObject({ air: areaSchema, longRange: areaSchema, logistics: areaSchema, land: areaSchema }),
  personnel: areaSchema,
  nations: z.record(
    z.string(),
    z.strictObject({
      met: z.number().int(),
      raise: z.number().int(),
      air: count,
      longRange: count,
      logistics: count,
      land: count,
      soldiers: z.tuple([count, count]),
    }),
  ),
});

export type TargetsTable = z.output<typeof tableSchema>;

/** One area of one nation: what exists, the target in force, the new target. */
export interface Figures {
  readonly now: number;
  readonly inForce: number;
  readonly required: number;
}

export const readTargetsTable = (yaml: string): TargetsTable => tableSchema.parse(parse(yaml));

/** The figures of a nation in an area; undefined where it has no target there. */
export function figuresOf(table: TargetsTable, nation: string, area: Area): Figures | undefined {
  const own = table.nations[nation];
  if (own === undefined || own[area] === 0) return undefined;
  const inForce = own[area];
  return { inForce, now: Math.round((inForce * own.met) / 100), required: Math.round((inForce * own.raise) / 100) };
}

/** What the new targets of all nations come to in each area: the table of the alliance summary. */
export function allianceRows(table: TargetsTable): string[] {
  return AREAS.map((area) => {
    const all = Object.keys(table.nations).flatMap((nation) => figuresOf(table, nation, area) ?? []);
    const sum = (part: 'now' | 'required'): number => all.reduce((total, figures) => total + figures[part], 0);
    const { name, unit } = table.areas[area];
    return row(
      { mark: '(CTS)', nation: 'NATO', name, unit },
      { now: sum('now'), required: sum('required') },
      table.years.due,
    );
  });
}

/** The package of one nation, as portion-marked Markdown. */
export function packageOf(table: TargetsTable, { id, name }: Nation): string {
  const own = table.nations[id];
  if (own === undefined) throw new Error(`targets.yaml has no figures for ${id}`);
  const known = AREAS.flatMap((area) => {
    const figures = figuresOf(table, id, area);
    return figures === undefined ? [] : [{ kind: { ...table.areas[area], nation: id }, figures }];
  });
  const without = AREAS.filter((area) => own[area] === 0).map((area) => table.areas[area].name.toLowerCase());
  const [soldiers, wanted] = own.soldiers;
  const { inForce, due } = table.years;
  return [
    head(id, name),
    `# (NU) EXERCISE Capability target package 2025: ${name}`,
    `(NR) EXERCISE This package says what the alliance asks of ${name} alone. All of its figures are invented.`,
    `(NS) The targets of ${name} that were in force until now, and what exists of them:`,
    tableOf(known.map(({ kind, figures }) => row(kind, { now: figures.now, required: figures.inForce }, inForce))),
    `(NS) The new targets of ${name}:`,
    tableOf([
      ...known.map(({ kind, figures }) => row(kind, figures, due)),
      row({ ...table.personnel, nation: id }, { now: soldiers, required: wanted }, due),
    ]),
    ...without.map((area) => `(NS) ${name} has no target in the area of ${area}.`),
    ...(OWN_WORDS[id] ?? []),
    `(CTS) ${name} reports its plans for these targets to the alliance, and its gaps with the dates at which they close.`,
  ]
    .join('\n\n')
    .concat('\n');
}

const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  DEU: [
    '(CTS) Most of what Germany has to add in air and missile defence are systems of a kind that it does not have yet.',
    '(CTS) Germany needs 70,000 more active soldiers, a third of them before 2029.',
  ],
};

const head = (id: string, name: string): string =>
  [
    '---',
    'banner: COSMIC TOP SECRET',
    'mark: NATO SECRET',
    'originator: ACT',
    `need-to-know: ["nation:${id}", "community:NDPP-STAFF"]`,
    'exercise: true',
    `subject: Capability target package 2025, ${name}`,
    '---',
  ].join('\n');

const tableOf = (rows: readonly string[]): string =>
  ['| Mark | Nation | Capability area | Now | Required | Unit | Due |', '|---|---|---|---|---|---|---|', ...rows].join(
    '\n',
  );

interface RowKind {
  readonly mark: string;
  readonly nation: string;
  readonly name: string;
  readonly unit: string;
}

const row = (
  { mark, nation, name, unit }: RowKind,
  { now, required }: { readonly now: number; readonly required: number },
  due: number,
): string => `| ${mark} | ${nation} | ${name} | ${String(now)} | ${String(required)} | ${unit} | ${String(due)} |`;

function writePackages(folder: string): void {
  const table = readTargetsTable(readFileSync(join(folder, 'targets.yaml'), 'utf8'));
  for (const nation of readWorldPlan(folder).nations)
    writeFileSync(join(folder, 'documents/packages', `${nation.id}.md`), packageOf(table, nation));
}

if (require.main === module) writePackages('demo/world');
