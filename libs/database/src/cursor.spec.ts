import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { Cursors, ForeignCursor, type PageKey, cutPage, listOf } from './cursor';

const ME = '5f0d3c0e-0d5a-4a3a-8b1e-111111111111';
const ANOTHER = '5f0d3c0e-0d5a-4a3a-8b1e-222222222222';
const KEY: PageKey = { at: '2026-06-05T15:00:00.000Z', id: '9d0d3c0e-0d5a-4a3a-8b1e-333333333333' };

const cursors = new Cursors(Buffer.alloc(32, 7));
const sealed = cursors.seal(ME, 'documents', KEY);

const opened = (
  cursor: string | undefined,
  person = ME,
  list = 'documents',
  by = cursors,
): PageKey | undefined | string => {
  try {
    return by.open(person, list, cursor);
  } catch (error) {
    if (error instanceof ForeignCursor) return 'foreign';
    throw error;
  }
};

describe('a cursor', () => {
  it('opens for the person and the list that it was made for, as often as asked', () => {
    expect(opened(sealed)).toEqual(KEY);
    expect(opened(sealed)).toEqual(KEY);
    expect(opened(sealed, ME, 'documents', new Cursors(Buffer.alloc(32, 7)))).toEqual(KEY);
  });

  it('opens to whatever place it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (at, id) => {
        expect(opened(cursors.seal(ME, 'documents', { at, id }))).toEqual({ at, id });
      }),
    );
  });

  it('that is not there is the beginning of the list', () => {
    expect(opened(undefined)).toBeUndefined();
  });

  it('is of letters that stand in an address as they are', () => {
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
  });

  it('is foreign to another person, another list and another installation', () => {
    expect(opened(sealed, ANOTHER)).toBe('foreign');
    expect(opened(sealed, ME, 'cases')).toBe('foreign');
    expect(opened(sealed, ME, 'document')).toBe('foreign');
    expect(opened(sealed, ME, 'documents', new Cursors(randomBytes(32)))).toBe('foreign');
  });

  it('is foreign with any one letter changed, dropped or added', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const letter = sealed[at] === 'A' ? 'B' : 'A';
      for (const changed of [
        `${sealed.slice(0, at)}${letter}${sealed.slice(at + 1)}`,
        `${sealed.slice(0, at)}${sealed.slice(at + 1)}`,
        `${sealed.slice(0, at)}${letter}${sealed.slice(at)}`,
        sealed.slice(0, at),
      ])
        expect([changed, opened(changed)]).toEqual([changed, 'foreign']);
    }
  });

  it('is foreign when it is made of another’s parts, or of more parts', () => {
    const [body = '', tag = ''] = sealed.split('.');
    const [otherBody = '', otherTag = ''] = cursors.seal(ME, 'documents', { ...KEY, id: ME }).split('.');
    for (const made of [
      `${otherBody}.${tag}`,
      `${body}.${otherTag}`,
      `${tag}.${body}`,
      `${sealed}.`,
      `${sealed}.${tag}`,
      `.${tag}`,
      `${body}.`,
      body,
    ])
      expect([made, opened(made)]).toEqual([made, 'foreign']);
  });

  it('is foreign when it is rubbish, and never anything worse', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.constantFrom('', '.', '..')), (cursor) => {
        expect(opened(cursor)).toBe('foreign');
      }),
    );
  });
});

describe('a page', () => {
  const rows = ['a', 'b', 'c'];
  const cut = (limit: number, of = rows) =>
    cutPage(
      of,
      limit,
      (id) => ({ at: `at-${id}`, id }),
      (key) => `${key.at}/${key.id}`,
    );

  it('ends where the limit is, and says so only where more follows', () => {
    expect(cut(2)).toEqual({ items: ['a', 'b'], next: 'at-b/b' });
    expect(cut(3)).toEqual({ items: ['a', 'b', 'c'], next: null });
    expect(cut(4)).toEqual({ items: ['a', 'b', 'c'], next: null });
    expect(cut(1, [])).toEqual({ items: [], next: null });
  });

  it('seals no place of a row that is not on it', () => {
    const seal = jest.fn(() => 'sealed');
    cutPage(rows, 2, (id) => ({ at: id, id }), seal);
    expect(seal.mock.calls).toEqual([[{ at: 'b', id: 'b' }]]);
  });
});

describe('what a cursor is bound to', () => {
  it('is the list and everything that it is narrowed by, in whatever order that is said', () => {
    expect(listOf('targets', { nation: 'NOR', area: 'land' })).toBe(listOf('targets', { area: 'land', nation: 'NOR' }));
    expect(listOf('targets', { nation: 'NOR', area: undefined })).toBe(listOf('targets', { nation: 'NOR' }));
    const others = [
      listOf('targets', {}),
      listOf('documents', { nation: 'NOR' }),
      listOf('targets', { nation: 'NORW' }),
      listOf('targets', { area: 'NOR' }),
      listOf('targets', { nation: 'NOR', area: '' }),
    ];
    expect(others).not.toContain(listOf('targets', { nation: 'NOR' }));
    expect(new Set(others).size).toBe(others.length);
  });
});
