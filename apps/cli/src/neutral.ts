/** Control and format characters, line and paragraph separators, halves of characters: all that a terminal does not simply show. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text in one line in which nothing is left that a terminal would obey or that would make it show another order: each such
 * character becomes its `\uXXXX` escape, so that a JSON text keeps its meaning.
 */
export const neutral = (text: string): string =>
  text.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_unused, place) => escaped(character.charCodeAt(place))).join(''),
  );

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/**
 * A text of several lines, each neutral and each behind the same margin: no line of it can pass for a line of the command.
 */
export const indented = (text: string, margin = '    '): string =>
  text
    .split(/\r?\n/)
    .map((line) => `${margin}${neutral(line)}`)
    .join('\n');
