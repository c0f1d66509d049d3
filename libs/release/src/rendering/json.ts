import { canonicalJson } from '#signing';
import type { ReleaseContent, RenderedFile } from './content';

/** The release as data (canonical JSON, RFC 8785). */
export function renderJson(content: ReleaseContent): RenderedFile {
  const body = { format: 'imprimatur-release/1', ...content };
  return { name: 'release.json', mediaType: 'application/json', bytes: Buffer.from(`${canonicalJson(body)}\n`) };
}
