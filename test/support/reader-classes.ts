import { READER_CLASSES, type ReaderClass } from '../bench/fill-at-scale';
import type { House, Resident } from './house';
import { type PersonBuilder, aPerson } from './people';

/** A reader of each class of a generated world, and somebody who sees nothing of it. */
export async function enrolReaderClasses(
  house: House,
): Promise<{ readers: Record<ReaderClass, Resident>; nobody: Resident }> {
  const plans = [...READER_CLASSES, 'nobody' as const].map(
    (name) => [name, aPerson(name).clearedTo('SECRET').inCommunity(name.toUpperCase())] as const,
  );
  const enrolled = await house.enrol(Object.fromEntries(plans) as Record<ReaderClass | 'nobody', PersonBuilder>);
  const { nobody, ...readers } = enrolled;
  return { readers, nobody };
}
