import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WORLD_FOLDER, readWorldPlan } from '../read-world';
import { allianceRows, figuresOf, packageOf, readTargetsTable } from './generate';

const table = readTargetsTable(readFileSync(join(WORLD_FOLDER, 'targets.yaml'), 'utf8'));
const { nations } = readWorldPlan();
const folder = join(WORLD_FOLDER, 'documents/packages');

describe('the capability target packages', () => {
  it('are one for each nation and no more', () => {
    expect(readdirSync(folder).sort()).toEqual(nations.map(({ id }) => `${id}.md`).sort());
    expect(Object.keys(table.nations).sort()).toEqual(nations.map(({ id }) => id).sort());
  });

  it.each(nations.map((nation) => [nation.name, nation] as const))(
    'is for %s what the table makes',
    (_name, nation) => {
      const file = join(folder, `${nation.id}.md`);
      expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(packageOf(table, nation));
    },
  );

  it('come to what the alliance summary says', () => {
    const summary = readFileSync(join(WORLD_FOLDER, 'documents/alliance-summary.md'), 'utf8').split('\n');
    expect(summary.filter((line) => line.includes('| NATO |'))).toEqual(allianceRows(table));
  });

  it.each(['air', 'longRange', 'logistics', 'land'] as const)(
    'agree in %s with what is known in public: 30 %% more than before, 30 %% unmet',
    (area) => {
      const all = nations.flatMap(({ id }) => figuresOf(table, id, area) ?? []);
      const sum = (part: 'now' | 'inForce' | 'required'): number => all.reduce((total, each) => total + each[part], 0);
      expect(sum('required') / sum('inForce')).toBeGreaterThan(1.27);
      expect(sum('required') / sum('inForce')).toBeLessThan(1.33);
      expect(sum('now') / sum('inForce')).toBeGreaterThan(0.67);
      expect(sum('now') / sum('inForce')).toBeLessThan(0.73);
    },
  );

  it('let the forces of Germany grow from around 182,000 by a high five-digit figure', () => {
    const [now, required] = table.nations['DEU']!.soldiers;
    expect(now).toBe(182_000);
    expect(required - now).toBeGreaterThanOrEqual(60_000);
    expect(required - now).toBeLessThan(100_000);
  });

  it('ask more of every nation in every area than it has', () => {
    for (const { id } of nations)
      for (const area of ['air', 'longRange', 'logistics', 'land'] as const) {
        const figures = figuresOf(table, id, area);
        if (figures === undefined) continue;
        expect(figures.required).toBeGreaterThan(figures.inForce);
        expect(figures.inForce).toBeGreaterThan(figures.now);
      }
  });
});
