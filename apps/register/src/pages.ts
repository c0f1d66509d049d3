import { Eta } from 'eta';
import { PAGES_FOLDER } from './assets';
import type { CertificateView } from './certificate-view';
import type { CheckingView } from './checking-view';
import type { LogView } from './log-view';
import type { ListView, ReleaseView } from './release-view';

/** What each page is told. A template has no rules: it shows what it is given, and every word is escaped. */
interface PageViews {
  readonly list: ListView;
  readonly release: ReleaseView;
  readonly certificate: CertificateView;
  readonly checking: CheckingView;
  readonly log: LogView;
  readonly 'not-found': Record<string, never>;
  readonly 'read-only': Record<string, never>;
  readonly fault: Record<string, never>;
}

/** What stands around every page. */
export interface Frame {
  readonly installation: string;
  readonly styles: string;
  readonly seal: string;
}

/** The templates of the site, in `pages/`. They are part of the program and come from nowhere else. */
export class Pages {
  private readonly eta = new Eta({ views: PAGES_FOLDER, autoEscape: true, cache: true });

  constructor(private readonly frame: Frame) {}

  render<Name extends keyof PageViews>(name: Name, view: PageViews[Name]): string {
    return this.eta.render(`./${name}`, { ...view, frame: this.frame });
  }
}
