import { z } from 'zod';

/** Where the register is reached from outside: a scheme, a host, a port, and no path. */
const originSchema = z
  .url({ protocol: /^https?$/ })
  .regex(/^[a-z]+:\/\/[^/?#@]+\/?$/i, 'it has a scheme, a host and a port, and no user, path or query');

/** What the register is told by its environment, and nothing else. It is given no key. */
export const registerSettingsSchema = z
  .object({
    IMPRIMATUR_REGISTER_DATABASE_URL: z.url(),
    IMPRIMATUR_OFFICERS_FILE: z.string().min(1),
    IMPRIMATUR_INSTALLATION: z.string().min(1),
    IMPRIMATUR_HOST: z.string().min(1).default('127.0.0.1'),
    IMPRIMATUR_PORT: z.coerce.number().int().min(0).max(65_535).default(3080),
    IMPRIMATUR_PUBLIC_URL: originSchema.optional(),
  })
  .transform(({ IMPRIMATUR_PUBLIC_URL, ...settings }) => ({
    ...settings,
    IMPRIMATUR_PUBLIC_URL:
      IMPRIMATUR_PUBLIC_URL ?? `http://${hostOf(settings.IMPRIMATUR_HOST)}:${String(settings.IMPRIMATUR_PORT)}`,
  }));

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
