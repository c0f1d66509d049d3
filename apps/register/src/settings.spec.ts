import { settingsOf } from '#process';
import { registerSettingsSchema } from './settings';

const NEEDED = {
  IMPRIMATUR_REGISTER_DATABASE_URL: 'postgres://imprimatur_register:x@127.0.0.1:5432/register',
  IMPRIMATUR_OFFICERS_FILE: '/etc/imprimatur/officers.json',
  IMPRIMATUR_INSTALLATION: 'exercise',
};

describe('the settings of the register', () => {
  it('have their defaults', () => {
    expect(settingsOf(registerSettingsSchema, NEEDED)).toEqual({
      ...NEEDED,
      IMPRIMATUR_HOST: '127.0.0.1',
      IMPRIMATUR_PORT: 3080,
      IMPRIMATUR_PUBLIC_URL: 'http://127.0.0.1:3080',
    });
  });

  it('name the place where it is reached', () => {
    const reached = (more: Record<string, string>): string =>
      settingsOf(registerSettingsSchema, { ...NEEDED, ...more }).IMPRIMATUR_PUBLIC_URL;
    expect(reached({ IMPRIMATUR_HOST: '::1', IMPRIMATUR_PORT: '80' })).toBe('http://[::1]:80');
    expect(reached({ IMPRIMATUR_PUBLIC_URL: 'https://register.example' })).toBe('https://register.example');
  });

  it.each([
    ['IMPRIMATUR_PORT', '99999'],
    ['IMPRIMATUR_PORT', 'x'],
    ['IMPRIMATUR_INSTALLATION', ''],
    ['IMPRIMATUR_OFFICERS_FILE', ''],
    ['IMPRIMATUR_REGISTER_DATABASE_URL', 'no'],
    ['IMPRIMATUR_PUBLIC_URL', 'register.example'],
    ['IMPRIMATUR_PUBLIC_URL', 'ftp://register.example'],
    ['IMPRIMATUR_PUBLIC_URL', 'https://register.example/somewhere'],
    ['IMPRIMATUR_PUBLIC_URL', 'https://register.example/?q'],
    ['IMPRIMATUR_PUBLIC_URL', 'https://user@register.example'],
    ['IMPRIMATUR_PUBLIC_URL', 'javascript:alert(1)'],
  ])('refuse %s=%s, in one line that names it', (name, value) => {
    expect(() => settingsOf(registerSettingsSchema, { ...NEEDED, [name]: value })).toThrow(
      new RegExp(`^[^\\n]*${name}`),
    );
  });
});
