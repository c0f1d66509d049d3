import { readdirSync } from 'node:fs';
import type { Bench, BenchLine } from './report';

/**
 * `npm run bench -- ROOM [--json]`: measures a room beside its peers and prints ratios; without a room, all of them.
 * A room may have several benches, `access-decisions`, `access-lists`: its name runs all of them, each name one.
 */
async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const rooms = readdirSync(__dirname).flatMap((file) => /^(.+)[.]bench[.]js$/.exec(file)?.[1] ?? []);
  for (const room of asked.length === 0 ? rooms : asked.flatMap((name) => benchesOf(name, rooms))) {
    const { bench } = (await import(`./${room}.bench`)) as { bench: Bench };
    await bench((line) => {
      console.log(json ? JSON.stringify(line) : inWords(line));
    });
  }
}

function benchesOf(name: string, rooms: readonly string[]): string[] {
  const found = rooms.filter((room) => room === name || room.startsWith(`${name}-`));
  if (found.length === 0) throw new Error(`there is no bench of ${name}; there are ${rooms.join(', ')}`);
  return found;
}

function inWords({ name, ours, other, unit, ratio, target, ok }: BenchLine): string {
  const figures = `ours ${ours.toPrecision(3)} ${unit}, other ${other.toPrecision(3)} ${unit}`;
  return `${ok ? 'ok  ' : 'MISS'} ${name}: ${ratio.toFixed(2)} x (target ${String(target)} x), ${figures}`;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
