import type { Label } from '#marking';

/** A label together with a need-to-know restriction. `needToKnow` is any-of; nobody is meant by an empty list. */
export interface Protection {
  readonly label: Label;
  readonly needToKnow: readonly string[];
}

/** The token that everyone holds who has a session: need-to-know is then not restricted further. */
export const EVERYONE = 'everyone';

const TOKEN =
  /^(everyone|nation:[A-Z]{3}|(?:community|list):[A-Z0-9][A-Z0-9-]{0,62}|organisation:[A-Z0-9][A-Za-z0-9 .-]{0,62}|person:[0-9a-f-]{36})$/;

/** Whether a need-to-know token is well formed. */
export const isNeedToKnowToken = (token: string): boolean => TOKEN.test(token);
