import { join } from 'node:path';
import type { DemoWorld } from './world-folder';

/** Those whom a newcomer meets first, and what they see. */
const FIRST: readonly (readonly [identity: string, sees: string])[] = [
  ['planner.act', 'every national package, and the summary to its last figure'],
  ['defence-planner.deu', 'the summary up to SECRET, and the package of Germany alone'],
  ['press-officer', 'what of the summary is RESTRICTED or less'],
  ['duty-officer.shape', 'nothing: cleared for all of it, concerned with none'],
  ['requester.public-diplomacy', 'may ask for a release'],
  ['auditor', 'who read what, and no text'],
];

/** What somebody who has just started the demo reads: who can sign in, with what, and what to try first. Has the passwords of a few. */
export function introduction(world: DemoWorld, urls: { readonly api: string; readonly register: string }): string {
  const people = FIRST.flatMap(([identity, sees]) => {
    const person = world.people.find((each) => each.identity === identity);
    return person === undefined ? [] : [`  ${identity.padEnd(27)} ${person.password}   ${sees}`];
  });
  const [first] = FIRST;
  return [
    '',
    `The demo world (EXERCISE: invented offices and figures). ${String(world.people.length)} people can sign in, among them`,
    ...people,
    `All of them           ${join(world.folder, 'passwords.txt')}, with the secrets of their second factors`,
    '',
    'Try first, in another terminal:',
    '  npm run demo                                          the whole story, step by step',
    `  npm run imprimatur -- login --step-up --api ${urls.api} --user ${first?.[0] ?? ''}`,
    '                                                        asks for a code: an authenticator app or `npm run imprimatur -- code` makes it of a secret',
    `  ${urls.api}/api/docs                       sign in there, and ask GET /api/documents as one and as another`,
    `  ${urls.register}                                what the public sees; empty until something is released`,
  ].join('\n');
}
