import type { RenderedFile, ReleaseContent } from './content';
import { renderCsv } from './csv';
import { renderHtml } from './html';
import { renderJson } from './json';
import { renderPdf } from './pdf';

/** Every rendition of a release, from the released portions alone. The same content and moment give the same bytes. */
export async function renderAll(content: ReleaseContent, frozenAt: Date): Promise<RenderedFile[]> {
  const csv = renderCsv(content);
  return [
    renderHtml(content),
    await renderPdf(content, frozenAt),
    renderJson(content),
    ...(csv === undefined ? [] : [csv]),
  ];
}
