import { type AttachmentMediaType, type Reason, attachmentMediaTypeSchema } from '#contracts';

/** The largest attachment that is taken, in bytes: of a text, which is compared word by word, and of anything else. */
export const LARGEST_TEXT = 1024 * 1024;
export const LARGEST_ATTACHMENT = 8 * 1024 * 1024;
const LONGEST_NAME = 200;

/** What a name must not have: control and format characters, separators of lines, and those of folders. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]/u;
/** Control characters besides tab, line feed, form feed and carriage return. */
const NOT_IN_A_TEXT = /[^\P{Cc}\t\n\f\r]/u;

const STARTS: Readonly<Partial<Record<AttachmentMediaType, Buffer>>> = {
  'application/pdf': Buffer.from('%PDF-'),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
};

/** The media type of a header, without its parameters, if attachments may be of it. */
export function mediaTypeOf(header: string | undefined): AttachmentMediaType | undefined {
  const [type = ''] = (header ?? '').split(';');
  const known = attachmentMediaTypeSchema.safeParse(type.trim().toLowerCase());
  return known.success ? known.data : undefined;
}

export const isText = (mediaType: AttachmentMediaType): boolean => mediaType.startsWith('text/');

/** The most bytes that a file of the type may have. */
export const largestOf = (mediaType: AttachmentMediaType): number =>
  isText(mediaType) ? LARGEST_TEXT : LARGEST_ATTACHMENT;

/** The words of a text file; undefined when it is no UTF-8, or holds characters that no text has. */
export function wordsOf(bytes: Buffer): string | undefined {
  try {
    const words = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return NOT_IN_A_TEXT.test(words) ? undefined : words;
  } catch {
    return undefined;
  }
}

/** Why a file is not taken, by what it is called and what it is made of. Its label is judged elsewhere. */
export function fileRefusals(name: string, mediaType: AttachmentMediaType, bytes: Buffer): Reason[] {
  const start = STARTS[mediaType];
  const isOfItsType =
    start === undefined ? wordsOf(bytes) !== undefined : bytes.subarray(0, start.length).equals(start);
  const isNamed =
    name.length > 0 &&
    name.length <= LONGEST_NAME &&
    name.trim() === name &&
    !NOT_IN_A_NAME.test(name) &&
    name !== '..';
  return [
    ...(bytes.length > 0 ? [] : [{ code: 'empty', rule: 'attachment', need: 'a file with bytes in it', have: 'none' }]),
    ...(isNamed
      ? []
      : [
          {
            code: 'name',
            rule: 'attachment-name',
            need: `1 to ${String(LONGEST_NAME)} characters that can be seen, no separators of folders`,
            have: JSON.stringify(name.slice(0, LONGEST_NAME)),
          },
        ]),
    ...(isOfItsType
      ? []
      : [
          {
            code: 'media-type',
            rule: 'attachment-is-what-it-says',
            need: `bytes of ${mediaType}`,
            have: 'other bytes',
          },
        ]),
  ];
}
