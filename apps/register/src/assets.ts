import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the site's own, served under a name that holds its hash. */
export interface Asset {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

export const PAGES_FOLDER = join(__dirname, 'pages');

/** The site's style sheet and its seal. */
export const readAssets = (): { readonly styles: Asset; readonly seal: Asset } => ({
  styles: assetOf('register', 'css', 'text/css; charset=utf-8'),
  seal: assetOf('seal', 'svg', 'image/svg+xml'),
});

function assetOf(name: string, extension: string, type: string): Asset {
  const bytes = readFileSync(join(PAGES_FOLDER, `${name}.${extension}`));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const hashed = `${name}-${sha256.slice(0, 16)}.${extension}`;
  return { name: hashed, path: `/assets/${hashed}`, type, sha256, bytes };
}
