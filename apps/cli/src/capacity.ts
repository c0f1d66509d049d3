import type { SpeakingAs } from '#workflow';
import { CannotTell, No } from './answer';
import { capacityInWords } from './proposal-words';

/**
 * The one capacity in which somebody speaks. `wanted` is STAGE, STAGE:SEAT or STAGE:SEAT:DELEGATION, where several are open.
 * Throws when none fits, or several do: nobody signs in a capacity that they did not mean.
 */
export function chosenCapacity(capacities: readonly SpeakingAs[], wanted: string | undefined): SpeakingAs {
  if (capacities.length === 0) throw new No('you may decide in no stage of this case at this moment');
  const [stage, seat, delegation] = wanted?.split(':') ?? [];
  const fitting = capacities.filter(
    (each) =>
      (stage === undefined || each.stage === stage) &&
      (seat === undefined || each.seat === seat) &&
      (delegation === undefined || (each.capacity.kind === 'delegate' && each.capacity.delegation === delegation)),
  );
  const [chosen, ...others] = fitting;
  if (chosen !== undefined && others.length === 0) return chosen;
  const open = capacities.map((each) => `${spelled(each)} (${capacityInWords(each)})`).join('; ');
  if (chosen === undefined) throw new No(`you may not decide as ${wanted ?? ''}; you may as ${open}`);
  throw new CannotTell(`say with --as in which capacity: ${open}`);
}

const spelled = ({ stage, seat, capacity }: SpeakingAs): string =>
  [stage, ...(seat === null ? [] : [seat]), ...(capacity.kind === 'delegate' ? [capacity.delegation] : [])].join(':');
