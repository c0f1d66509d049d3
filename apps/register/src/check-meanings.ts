/** What a check of a certificate means, in a sentence for somebody who has never seen one. */
interface Meaning {
  readonly check: string;
  readonly meaning: string;
}

export interface MeaningGroup {
  readonly title: string;
  readonly checks: readonly Meaning[];
}

/** The checks in the order in which they are made. Those that are made more than once end with a colon and what they are about. */
export const CHECK_GROUPS: readonly MeaningGroup[] = [
  {
    title: 'The form',
    checks: [{ check: 'format', meaning: 'The file is a certificate of the known form and carries nothing else.' }],
  },
  {
    title: 'The publication',
    checks: [
      {
        check: 'publication-signature',
        meaning: 'The statement of publication is signed with the guard’s key, which two registry officers have named.',
      },
      { check: 'publication-installation', meaning: 'It was published by the installation that the signers read of.' },
      { check: 'publication-release', meaning: 'It was published as this release and as no other.' },
      { check: 'publication-proposal', meaning: 'What was published is what was decided on: both have one digest.' },
      { check: 'publication-stages', meaning: 'Every stage of the procedure was complete, in its order.' },
      {
        check: 'publication-decisions:',
        meaning: 'The decisions of this public stage are exactly those that the guard saw; none was added or left out.',
      },
      { check: 'publication-window', meaning: 'It was published within the window that the signers approved.' },
    ],
  },
  {
    title: 'The authority and the decisions',
    checks: [
      {
        check: 'instruments',
        meaning:
          'Every statement of authority (person, key, seat, delegation, procedure) chains to the officers’ keys.',
      },
      { check: 'installation', meaning: 'The officers’ file that was used is the one of this installation.' },
      { check: 'procedure', meaning: 'The procedure was in force at the moment of publication.' },
      {
        check: 'digest',
        meaning: 'This is the digest that every decision has to name, worked out anew from the file.',
      },
      {
        check: 'stage:',
        meaning: 'As many as this stage asks for have approved: with a valid key, in their own seat, each person once.',
      },
    ],
  },
  {
    title: 'The public log',
    checks: [
      { check: 'checkpoint-signature', meaning: 'The checkpoint is signed with the key of the public log.' },
      { check: 'checkpoint-origin', meaning: 'The checkpoint is one of this log.' },
      { check: 'tree-size', meaning: 'Proof and checkpoint speak of the same number of entries.' },
      { check: 'inclusion', meaning: 'The statement of publication is an entry of the public log.' },
    ],
  },
  {
    title: 'The files',
    checks: [{ check: 'file:', meaning: 'The file is, byte for byte, the one whose hash was signed.' }],
  },
];

/** The meaning of a check that was made; nothing when it is not known here. */
export function meaningOf(check: string): string {
  const known = CHECK_GROUPS.flatMap((group) => group.checks).find((each) =>
    each.check.endsWith(':') ? check.startsWith(each.check) : check === each.check,
  );
  return known?.meaning ?? '';
}
