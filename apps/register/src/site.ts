import type { Transactions } from '#database';
import type { PublishedLog, RegisterTrust, Releases } from '#register';
import type { FixedPage } from './answers';
import type { Pages } from './pages';

/** What the register works with. It holds no key, and its database role may only read. */
export interface RegisterParts {
  readonly transactions: Transactions;
  readonly trust: RegisterTrust;
  /** The published officers' file, as text: served as it is. */
  readonly officersFile: string;
  readonly installation: string;
  /** Where the site is reached from outside: scheme, host and port, without a slash at the end. */
  readonly publicUrl: string;
  /** Told of everything that is not shown because it does not verify (by release, or `public-log`), and of every error (by request). */
  readonly onFault: (id: string, faults: readonly string[]) => void;
}

/** What the routes share. */
export interface Site {
  readonly releases: Releases;
  readonly log: PublishedLog;
  readonly pages: Pages;
  readonly notFound: FixedPage;
  readonly parts: RegisterParts;
}
