import { fileRefusals, largestOf, mediaTypeOf, wordsOf } from './attachment-rules';

const PDF = Buffer.from('%PDF-1.7 EXERCISE');
const codes = (...file: Parameters<typeof fileRefusals>): string[] => fileRefusals(...file).map(({ code }) => code);

describe('a file that is attached', () => {
  it.each<[string, string[]]>([
    ['EXERCISE map.pdf', []],
    ['Übersicht – Lage (3).pdf', []],
    ['x'.repeat(200), []],
    ['', ['name']],
    ['x'.repeat(201), ['name']],
    [' EXERCISE.pdf', ['name']],
    ['EXERCISE.pdf\n', ['name']],
    ['a/b.pdf', ['name']],
    ['a\\b.pdf', ['name']],
    ['..', ['name']],
    ['EXERCISE\u0000.pdf', ['name']],
    ['EXERCISE\u202efdp.pdf', ['name']],
    ['EXERCISE\u200b.pdf', ['name']],
    ['EXERCISE\ud800.pdf', ['name']],
  ])('called %j', (name, expected) => {
    expect(codes(name, 'application/pdf', PDF)).toEqual(expected);
  });

  it.each<[string, Parameters<typeof fileRefusals>[1], Buffer, string[]]>([
    ['a PDF', 'application/pdf', PDF, []],
    ['a PDF behind something else', 'application/pdf', Buffer.from(' %PDF-1.7'), ['media-type']],
    ['a PNG', 'image/png', Buffer.from('89504e470d0a1a0a00', 'hex'), []],
    ['half the start of a PNG', 'image/png', Buffer.from('89504e47', 'hex'), ['media-type']],
    ['a JPEG', 'image/jpeg', Buffer.from('ffd8ffe0', 'hex'), []],
    ['a page called a JPEG', 'image/jpeg', Buffer.from('<html>'), ['media-type']],
    ['text', 'text/plain', Buffer.from('EXERCISE\r\n\tÄ\f'), []],
    ['text in another encoding', 'text/csv', Buffer.from('c4', 'hex'), ['media-type']],
    ['bytes called text', 'text/markdown', Buffer.from('EXERCISE\u0000'), ['media-type']],
    ['nothing', 'text/plain', Buffer.alloc(0), ['empty']],
  ])('made of %s', (_name, type, bytes, expected) => {
    expect(codes('EXERCISE', type, bytes)).toEqual(expected);
  });

  it('is of a type that is listed, whatever its parameters and its case', () => {
    expect(mediaTypeOf('text/plain; charset=utf-8')).toBe('text/plain');
    expect(mediaTypeOf('Image/PNG')).toBe('image/png');
    for (const other of [
      undefined,
      '',
      'text/html',
      'image/svg+xml',
      'application/octet-stream',
      'text/plain, text/csv',
    ])
      expect([other, mediaTypeOf(other)]).toEqual([other, undefined]);
  });

  it('is smaller when its words are compared', () => {
    expect(largestOf('text/csv')).toBe(1024 * 1024);
    expect(largestOf('image/png')).toBe(8 * 1024 * 1024);
    expect(wordsOf(Buffer.from('EXERCISE Ä'))).toBe('EXERCISE Ä');
  });
});
