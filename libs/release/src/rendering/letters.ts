import { type Font, openSync } from 'fontkit';
import { dirname, join } from 'node:path';
import type { Refusal } from '#workflow';
import type { ReleaseContent } from './content';

// DejaVu covers the alphabets of all member nations; the standard PDF fonts do not.
const FOLDER = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/** The fonts of the PDF: what is written in one must be readable in it, and titles stand in the bold one. */
export const FONTS = { text: join(FOLDER, 'DejaVuSerif.ttf'), bold: join(FOLDER, 'DejaVuSerif-Bold.ttf') } as const;

/** How many letters a refusal names. */
const NAMED = 10;

let opened: readonly Font[] | undefined;

/**
 * A refusal where something that leaves holds letters that the fonts of the PDF do not have: the file would show boxes in their
 * place, and no outsider could read it. Names the first of them by code point.
 */
export function letterRefusals({ title, summary, portions }: ReleaseContent): Refusal[] {
  opened ??= Object.values(FONTS).map((path) => openSync(path));
  const fonts = opened;
  const texts = portions.flatMap(({ text, target }) => [
    text,
    target?.nation ?? '',
    target?.area ?? '',
    target?.unit ?? '',
  ]);
  const letters = new Set([title, summary, ...texts].join(''));
  const missing = [...letters].filter(
    (letter) => !/\s/u.test(letter) && !fonts.every((font) => font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0)),
  );
  if (missing.length === 0) return [];
  const named = missing.slice(0, NAMED).map((letter) => `U+${codeOf(letter)}`);
  const have = `${named.join(' ')}${missing.length > NAMED ? ` and ${String(missing.length - NAMED)} more` : ''}`;
  return [{ code: 'letters', rule: 'letters-of-the-font', need: 'letters that the font of the PDF has', have }];
}

const codeOf = (letter: string): string => (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
