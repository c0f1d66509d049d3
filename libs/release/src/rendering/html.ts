import { EXERCISE_NOTICE, type ReleaseContent, type ReleasedPortion, type RenderedFile, targetsOf } from './content';

const STYLE = `
body{font:1.05rem/1.6 Georgia,'DejaVu Serif',serif;max-width:42rem;margin:3rem auto;padding:0 1.25rem;color:#1b1f24}
h1{font-size:1.9rem;line-height:1.25}.summary{font-size:1.15rem;color:#3b4650}
.exercise{border:2px solid #9a3412;color:#9a3412;padding:.5rem .75rem;font-family:system-ui,sans-serif;font-size:.9rem}
table{border-collapse:collapse;width:100%;font:.95rem/1.4 system-ui,sans-serif;margin:1.5rem 0}
th,td{border-bottom:1px solid #c8ced4;padding:.45rem .5rem;text-align:left}td.number,th.number{text-align:right}
footer{margin-top:3rem;border-top:1px solid #c8ced4;padding-top:.75rem;font:.85rem/1.5 system-ui,sans-serif;color:#55606a}
`.trim();

/** A whole page of its own: no script, nothing loaded from elsewhere, every word escaped. */
export function renderHtml(content: ReleaseContent): RenderedFile {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(content.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content.exercise ? `<p class="exercise">${escaped(EXERCISE_NOTICE)}</p>\n` : ''}<h1>${escaped(content.title)}</h1>
<p class="summary">${escaped(content.summary)}</p>
${content.portions
  .filter((portion) => portion.target === undefined)
  .map(paragraph)
  .join('\n')}
${targetTable(content)}</main>
<footer>Release ${escaped(content.release)}</footer>
</body>
</html>
`;
  return { name: 'release.html', mediaType: 'text/html; charset=utf-8', bytes: Buffer.from(html) };
}

const paragraph = (portion: ReleasedPortion): string =>
  portion.kind === 'title' ? `<h2>${escaped(portion.text)}</h2>` : `<p>${escaped(portion.text)}</p>`;

function targetTable(content: ReleaseContent): string {
  const targets = targetsOf(content);
  if (targets.length === 0) return '';
  const rows = targets.map(
    ({ target }) =>
      `<tr><td>${escaped(target.nation)}</td><td>${escaped(target.area)}</td><td class="number">${String(target.quantityNow)}</td>` +
      `<td class="number">${String(target.quantityRequired)}</td><td>${escaped(target.unit)}</td><td>${String(target.dueYear)}</td></tr>`,
  );
  return `<table>
<caption>Capability targets</caption>
<thead><tr><th>Nation</th><th>Capability area</th><th class="number">Now</th><th class="number">Required</th><th>Unit</th><th>Due</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an HTML text node or attribute. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
