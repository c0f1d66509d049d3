import { z } from 'zod';

/** What the api is told by its environment, and nothing else. */
export const apiSettingsSchema = z.object({
  IMPRIMATUR_DATABASE_URL: z.url(),
  /** The same database as the examiner's role. */
  IMPRIMATUR_EXAMINER_DATABASE_URL: z.url(),
  IMPRIMATUR_OFFICERS_FILE: z.string().min(1),
  IMPRIMATUR_KEY_FILE: z.string().min(1),
  IMPRIMATUR_POLICIES: z.string().min(1).default('policies'),
  IMPRIMATUR_INSTALLATION: z.string().min(1).max(100),
  IMPRIMATUR_LEVEL: z.string().min(1).default('COSMIC TOP SECRET'),
  IMPRIMATUR_HOST: z.string().min(1).default('127.0.0.1'),
  IMPRIMATUR_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
});

export type ApiSettings = z.output<typeof apiSettingsSchema>;
