import fc from 'fast-check';
import { noteKeyOf, noteVerifierKey, openNote, parseVerifierKey, signNote } from './index';

/** The example of C2SP signed-note. */
const EXAMPLE = {
  key: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  note:
    'This is an example message.\n\n— example.com/foo ' +
    'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
};

/** The notes of golang.org/x/mod/sumdb/note. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

const peter = parseVerifierKey(PETER);
const enoch = parseVerifierKey(ENOCH);
const lineWith = (more: string): string => `${PETER_LINE.slice(0, 60)}${more}${PETER_LINE.slice(60)}`;

describe('the notes of others', () => {
  it('open: the example of the specification', () => {
    expect(openNote(EXAMPLE.note, [parseVerifierKey(EXAMPLE.key)])).toEqual({
      ok: true,
      body: 'This is an example message.\n',
      signers: ['example.com/foo'],
    });
  });

  it('open, with one known signature of two, or with both', () => {
    const note = `${TEXT}\n${PETER_LINE}${ENOCH_LINE}`;
    expect(openNote(note, [peter])).toEqual({ ok: true, body: TEXT, signers: ['PeterNeumann'] });
    expect(openNote(note, [enoch, peter])).toEqual({ ok: true, body: TEXT, signers: ['PeterNeumann', 'EnochRoot'] });
    expect(openNote(note, [])).toEqual({ ok: false, fault: 'no known key has signed the note' });
  });

  it('come out byte for byte when we sign them', () => {
    const seed = new Uint8Array(Buffer.from(PETER_SEED, 'base64')).slice(1);
    expect(signNote(TEXT, 'PeterNeumann', seed)).toBe(`${TEXT}\n${PETER_LINE}`);
    expect(noteVerifierKey(noteKeyOf('PeterNeumann', seed))).toBe(PETER);
  });

  it.each([
    ['the text alone', TEXT],
    ['no signature line', `${TEXT}\n`],
    ['no newline at the end', `${TEXT}\n${PETER_LINE.slice(0, -1)}`],
    ['a control character', `\u0001${TEXT}\n${PETER_LINE}`],
    ['a carriage return', `${TEXT.replace('\n', '\r\n')}\n${PETER_LINE}`],
    ['a tab', `${TEXT.replace(' ', '\t')}\n${PETER_LINE}`],
    ['a name with a blank', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Peter Neumann')}`],
    ['a name with another blank', `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Peter\u00a0Neumann')}`],
    ['a line that is no signature', `${TEXT}\n${PETER_LINE}Unexpected line.\n`],
    ['an empty line behind the signatures', `${TEXT}\n${PETER_LINE}\n`],
    ['a hyphen for the dash', `${TEXT}\n${PETER_LINE.replace('—', '-')}`],
    ['two blanks', `${TEXT}\n${PETER_LINE.replace('— ', '—  ')}`],
    ['base64 without its padding', `${TEXT}\n${PETER_LINE.replace('=', '')}`],
    ['base64 with loose bits', `${TEXT}\n${PETER_LINE.replace('M=\n', 'N=\n')}`],
    ['base64url', `${TEXT}\n${PETER_LINE.replace('/', '_')}`],
    ['a key id without a signature', `${TEXT}\n— PeterNeumann x08gow==\n`],
    ['half a surrogate pair', `\ud83d${TEXT}\n${PETER_LINE}`],
    ['a hundred and one signatures', `${TEXT}\n${PETER_LINE.repeat(101)}`],
    ['nothing', ''],
    ['newlines alone', '\n\n\n'],
  ])('malformed are refused: %s', (_name, note) => {
    expect(openNote(note, [peter, enoch])).toMatchObject({ ok: false, fault: expect.any(String) });
  });

  it('with a signature of a known key that does not fit are refused, though another fits', () => {
    const notes = [`${TEXT}\n${lineWith('ABCD')}`, `${TEXT}\n${PETER_LINE}${lineWith('ABCD')}`];
    for (const note of notes)
      expect(openNote(note, [peter])).toEqual({
        ok: false,
        fault: 'the signature of PeterNeumann does not fit the note',
      });
    expect(openNote(`${TEXT}\n${ENOCH_LINE}${lineWith('ABCD')}`, [enoch])).toMatchObject({ ok: true });
  });

  it('with signatures of unknown keys open, even where they share the name or the id of a known one', () => {
    const namesake = noteKeyOf('PeterNeumann', new Uint8Array(32).fill(7));
    const line = signNote(TEXT, 'PeterNeumann', new Uint8Array(32).fill(8)).slice(TEXT.length + 1);
    expect(openNote(`${TEXT}\n${line}${PETER_LINE}`, [peter])).toMatchObject({ ok: true });
    expect(openNote(`${TEXT}\n${line}${PETER_LINE}`, [namesake])).toMatchObject({ ok: false });
    const renamed = PETER_LINE.replace('PeterNeumann', 'PeterNeuman');
    expect(openNote(`${TEXT}\n${renamed}${PETER_LINE}`, [peter])).toMatchObject({ ok: true });
    expect(openNote(`${TEXT}\n${renamed}`, [peter])).toMatchObject({ ok: false });
  });
});

describe('verifier keys', () => {
  it.each([PETER, ENOCH, EXAMPLE.key])('are read and written back: %s', (text) => {
    expect(noteVerifierKey(parseVerifierKey(text))).toBe(text);
    expect(noteVerifierKey(parseVerifierKey(`${text}\n`))).toBe(text);
  });

  it('are refused in any part of themselves, and with any letter changed', () => {
    const accepted: string[] = [];
    const attempt = (text: string): void => {
      try {
        accepted.push(noteVerifierKey(parseVerifierKey(text)));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    };
    for (let from = 0; from < PETER.length; from += 1) {
      for (let to = from + 1; to <= PETER.length; to += 1) if (to - from < PETER.length) attempt(PETER.slice(from, to));
      attempt(`${PETER.slice(0, from)}${String.fromCharCode(PETER.charCodeAt(from) + 1)}${PETER.slice(from + 1)}`);
    }
    expect(accepted).toEqual([]);
  });

  it.each([
    [
      'of the wrong length, with an id that fits',
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    ],
    [
      'of an unknown algorithm, with an id that fits',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ],
    ['with an id in capitals', PETER.replace('c74f20a3', 'C74F20A3')],
    ['with a blank in the name', PETER.replace('PeterNeumann', 'Peter Neumann')],
    ['without a name', PETER.replace('PeterNeumann', '')],
    ['that are none', ''],
  ])('%s are refused', (_name, text) => {
    expect(() => parseVerifierKey(text)).toThrow();
  });
});

describe('our own notes', () => {
  const seed = new Uint8Array(32).fill(3);
  const name = 'exercise/ledger';
  const key = noteKeyOf(name, seed);
  const text = fc
    .array(fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\u0000-\u001f\p{Surrogate}]/gu, '')))
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .filter((body) => body !== '');

  it('open to what was signed, empty lines and signature lines in the text included', () => {
    const hostile = fc.constantFrom('\n', '\n\n', `\n${PETER_LINE}`, `${TEXT}\n${PETER_LINE}`, '— a b\n');
    fc.assert(
      fc.property(fc.oneof(text, hostile), (body) => {
        expect(openNote(signNote(body, name, seed), [key])).toEqual({ ok: true, body, signers: [name] });
      }),
      { numRuns: 40 },
    );
  });

  it('with any one character changed do not open to another text', () => {
    const note = signNote('exercise/ledger\n5\nAAAA\n', name, seed);
    const characters = fc.constantFrom('\n', ' ', '+', '=', 'A', 'a', '0', '—', '\u0001', '\u00e9');
    fc.assert(
      fc.property(fc.nat(note.length - 1), characters, (at, character) => {
        const changed = `${note.slice(0, at)}${character}${note.slice(at + 1)}`;
        if (changed !== note) expect(openNote(changed, [key])).toMatchObject({ ok: false });
      }),
      { numRuns: 150 },
    );
  });

  it('are not made of what could not be opened again', () => {
    for (const body of ['', 'no newline', 'a\tb\n', 'a\r\n', '\u0000\n', '\ud83d\n'])
      expect(() => signNote(body, name, seed)).toThrow('a note is text');
    for (const wrong of ['', 'a b', 'a+b', 'a\n', 'a\u2003b'])
      expect(() => signNote('a\n', wrong, seed)).toThrow('under a name without blanks');
  });

  it('never make the reader throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (body, tail) => {
        expect(openNote(`${body}\n\n— ${name} ${tail}\n`, [key])).toMatchObject({ ok: false });
      }),
    );
    const huge = Buffer.alloc(300_000).toString('base64');
    expect(openNote(`a\n\n— ${name} ${huge}\n`, [key])).toMatchObject({ ok: false });
  });
});
