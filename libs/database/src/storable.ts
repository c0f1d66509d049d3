/** PostgreSQL stores every character but this one; jsonb refuses halves of characters as well. */
const UNSTORABLE = /[\u0000\p{Surrogate}]/gu;

const LONGEST = 2_000;

/**
 * A text that quotes what came from outside, so that it can be stored: cut to 2,000 characters, and what PostgreSQL cannot hold
 * replaced by U+FFFD. Without this a hostile statement could make its own refusal fail, again and again.
 */
export const storable = (text: string): string => text.slice(0, LONGEST).replace(UNSTORABLE, '\ufffd');
