import { EVERYONE, type Thing } from '#access';
import { PUBLIC_LABEL } from '#marking';

/**
 * What somebody brings in or asks is their own: whether they may at all is the rules' to say. Its marks, and what it is asked of, are
 * judged one by one.
 */
export const OWN_WORDS: Thing = { kind: 'Document', protections: [{ label: PUBLIC_LABEL, needToKnow: [EVERYONE] }] };
