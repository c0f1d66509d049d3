import { indented, neutral } from './neutral';

describe('neutral', () => {
  it('leaves what people write', () => {
    const text = 'Größe 30 % – „Ziel“ (CTS) €\u00a0𝒳 日本';
    expect(neutral(text)).toBe(text);
  });

  it.each([
    ['escape', '\u001b[2J', '\\u001b[2J'],
    ['one-byte CSI', '\u009b2J', '\\u009b2J'],
    ['carriage return, bell, backspace', '\r\u0007\b', '\\u000d\\u0007\\u0008'],
    ['newline and tabulator', 'a\n\tb', 'a\\u000a\\u0009b'],
    ['right-to-left override', '\u202egnp', '\\u202egnp'],
    ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['zero width space, soft hyphen, byte order mark', '\u200b\u00ad\ufeff', '\\u200b\\u00ad\\ufeff'],
    ['line and paragraph separator', '\u2028\u2029', '\\u2028\\u2029'],
    ['tag characters beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
    ['half a character', '\ud800x', '\\ud800x'],
    ['delete', '\u007f', '\\u007f'],
  ])('makes %s visible', (_what, text, expected) => {
    expect(neutral(text)).toBe(expected);
  });

  it('keeps the meaning of a JSON text', () => {
    const value = { title: '\u202e\u009b\u{e0041}x' };
    expect(JSON.parse(neutral(JSON.stringify(value)))).toEqual(value);
  });

  it('indents every line of a text', () => {
    expect(indented('one\r\ntwo\n\u001b')).toBe('    one\n    two\n    \\u001b');
  });
});
