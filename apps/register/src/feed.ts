import { Feed } from 'feed';
import type { ReleaseHead } from '#register';
import { certificateFile, filesOf, releaseHref } from './release-view';

/** The notice that the renditions carry too. */
export const EXERCISE_NOTICE = 'EXERCISE: invented data for an exercise.';

/** The newest releases as an Atom feed. Its words are fields of the signed statements; its addresses are absolute. */
export function atomFeed(
  releases: readonly ReleaseHead[],
  { installation, publicUrl }: { readonly installation: string; readonly publicUrl: string },
): string {
  const feed = new Feed({
    id: `${publicUrl}/`,
    link: `${publicUrl}/`,
    feed: `${publicUrl}/feed.atom`,
    title: `Public register: ${xmlText(installation)}`,
    description: 'What was released, with the proof that it was authorised.',
    author: { name: xmlText(installation) },
    // Nothing that depends on when it was asked for: the same releases are the same feed.
    updated: new Date(releases[0]?.publishedAt ?? 0),
    generator: false,
  });
  for (const release of releases) {
    const url = `${publicUrl}${releaseHref(release.id)}`;
    const published = new Date(release.publishedAt);
    const notice = release.exercise ? [EXERCISE_NOTICE] : [];
    feed.addItem({
      id: url,
      link: url,
      title: htmlText(release.title),
      description: htmlText([...notice, release.summary].join(' ')),
      content:
        [...notice, release.summary].map((text) => `<p>${htmlText(text)}</p>`).join('') + links(release, publicUrl),
      date: published,
      published,
      ...(release.exercise ? { category: [{ term: 'EXERCISE', name: 'EXERCISE' }] } : {}),
    });
  }
  return feed.atom1();
}

function links(release: ReleaseHead, publicUrl: string): string {
  const files = filesOf(release).map(({ href, name, short }) => ({ href, name, short }));
  const all = [...files, { href: certificateFile(release.id), name: 'certificate.json', short: 'Certificate' }];
  const items = all.map(
    ({ href, name, short }) => `<li><a href="${htmlText(publicUrl + href)}">${htmlText(`${short}: ${name}`)}</a></li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the HTML inside the feed. No `>` is left in it that could end the feed's CDATA. */
const htmlText = (text: string): string => xmlText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** Without the characters that XML cannot carry: one of them would make the whole feed unreadable. */
const xmlText = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
