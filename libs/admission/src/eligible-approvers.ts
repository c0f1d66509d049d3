import type { Actor } from '#access';
import { type Authority, humanOf } from '#workflow';

/**
 * Those of the approvers of a list who can let the actor in at this moment (ISO, UTC): with a key that stands, and another human.
 * Whoever signs decides later; so the registrar asks again when the grant comes in (`grantFault`).
 */
export function eligibleApprovers(
  { personId, identity }: Pick<Actor, 'personId' | 'identity'>,
  authority: Authority,
  at: string,
): (approvers: readonly string[]) => string[] {
  const human = humanOf(identity);
  const isAnother = (person: string): boolean => {
    const stated = authority.person(person, at);
    return person !== personId && stated !== undefined && humanOf(stated.body.identity) !== human;
  };
  const known = new Map<string, boolean>();
  return (approvers) =>
    approvers.filter((person) => {
      const can = known.get(person) ?? (isAnother(person) && authority.canSign(person, at));
      known.set(person, can);
      return can;
    });
}
