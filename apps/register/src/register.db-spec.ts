import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { verifyCertificate } from '#certificate';
import type { Transactions } from '#database';
import { type PublicLeaves, consistencySchema, publicLeavesSchema } from '#contracts';
import { appendLeaves, emptyFrontier, leafHash, openNote, parseCheckpoint, rootOf, verifyConsistency } from '#ledger';
import { trustFrom } from '#register';
import { sha256Hex, thumbprint } from '#signing';
import { type Published, PublicSide } from '../../../test/support/public-side';
import { PUBLIC_URL, type TestSite, openSite } from '../../../test/support/site';

const HOSTILE = `<script>alert("1")</script> & 'more' ]]> \u0007`;

interface ParsedFeed {
  readonly '@_xmlns': string;
  readonly updated: string;
  readonly entry: readonly {
    readonly id: string;
    readonly published: string;
    readonly title: { readonly '#text': string };
    readonly summary: { readonly '#text': string };
  }[];
}

let side: PublicSide;
let transactions: Transactions;
let site: TestSite;
let first: Published;
let second: Published;

beforeAll(async () => {
  side = await PublicSide.open([
    { id: 'BEL', name: 'Belgium' },
    { id: 'DEU', name: 'Germany' },
    { id: 'NOR', name: 'Norway' },
  ]);
  transactions = await side.asRegister();
  const { officersFile, installation } = side;
  site = await openSite({ transactions, officersFile, installation });
  first = await side.publish({ withPdf: true });
  await side.logOnly('r-ffffffffffffffffffff');
  second = await side.publish({
    title: HOSTILE,
    summary: `Not an exercise ${HOSTILE}`,
    exercise: false,
    publishedAt: '2026-06-05T22:30:00.000Z',
  });
});

afterAll(async () => {
  await site.close();
  await transactions.close();
  await side.close();
});

const pathOf = ({ outgoing }: Published): string => `/releases/${outgoing.release}`;

const pages = (): string[] => [
  '/',
  pathOf(first),
  pathOf(second),
  `${pathOf(first)}/certificate`,
  '/checking',
  '/log',
  '/there-is-no-such-page',
];

describe('the list', () => {
  it('shows what the signed statements say, the newest first', async () => {
    const html = await site.text('/');
    const [newer, older] = [html.indexOf(pathOf(second)), html.indexOf(pathOf(first))];
    expect(newer).toBeGreaterThan(0);
    expect(older).toBeGreaterThan(newer);
    expect(html).toContain(first.outgoing.title);
    expect(html).toContain(first.outgoing.summary);
  });

  it('marks what is an exercise, and nothing else', async () => {
    const [exercise, real] = [await site.text(pathOf(first)), await site.text(pathOf(second))];
    expect(exercise).toContain('class="exercise"');
    expect(real).not.toContain('class="exercise"');
    expect((await site.text('/')).match(/class="tag"/g)).toHaveLength(1);
  });

  it('runs no word as markup', async () => {
    for (const path of ['/', pathOf(second), `${pathOf(second)}/certificate`, '/log']) {
      const html = await site.text(path);
      expect(html).not.toContain('<script');
      expect(html).toContain('&lt;script&gt;');
    }
  });
});

describe('a release', () => {
  it('shows its words and its figures, and its hour in both times', async () => {
    const html = await site.text(pathOf(first));
    for (const words of [
      'EXERCISE The ministers take up targets that are about a third higher than before.',
      'air and missile defence',
      '<td class="number">130</td>',
      'Office of requester',
      '3 signed decisions',
      '5 June 2026, 17:00:02 CEST (15:00:02 UTC)',
    ])
      expect(html).toContain(words);
    expect(await site.text(pathOf(second))).toContain('6 June 2026, 00:30:00 CEST (5 June 2026, 22:30:00 UTC)');
  });

  it('gives each file byte for byte as it was signed, under its hash, for ever', async () => {
    const dispositions = { html: 'inline', pdf: 'inline', json: 'attachment', csv: 'attachment' };
    expect(first.files.map(({ name }) => name.split('.')[1]).sort()).toEqual(Object.keys(dispositions).sort());
    for (const { name, mediaType, bytes } of first.files) {
      const answer = await site.get(`${pathOf(first)}/files/${name}`);
      const signed = first.outgoing.renditions.find((rendition) => rendition.name === name)!;
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
      expect(answer.headers.get('etag')).toBe(`"${signed.sha256}"`);
      expect(answer.headers.get('content-type')).toBe(mediaType);
      expect(answer.headers.get('content-length')).toBe(String(signed.bytes));
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      const disposition = dispositions[name.split('.')[1] as keyof typeof dispositions];
      expect(answer.headers.get('content-disposition')).toBe(
        `${disposition}; filename="${first.outgoing.release}-${name}"`,
      );
    }
  });

  it('lets its page run nothing and reach nothing', async () => {
    const policy = (await site.get(`${pathOf(first)}/files/release.html`)).headers.get('content-security-policy');
    expect(policy?.split(';')).toEqual(
      expect.arrayContaining(["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", 'sandbox']),
    );
    expect(policy).not.toContain('script-src');
  });

  it('is not sent again to who has it', async () => {
    for (const path of [
      `${pathOf(first)}/files/release.json`,
      `${pathOf(first)}/certificate.json`,
      '/',
      '/feed.atom',
    ]) {
      const etag = (await site.get(path)).headers.get('etag')!;
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await site.get(path, { 'if-none-match': known });
        expect([path, known, again.status, await again.text()]).toEqual([path, known, 304, '']);
        expect(again.headers.get('etag')).toBe(etag);
      }
      expect((await site.get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  it('has the same head without a body', async () => {
    for (const path of [...pages(), `${pathOf(first)}/files/release.pdf`, '/feed.atom', '/log/checkpoint']) {
      const [get, head] = [await site.raw(path), await site.raw(path, 'HEAD')];
      expect(head).toBe(get.slice(0, get.indexOf('\r\n\r\n') + 4));
    }
  });
});

describe('the certificate', () => {
  it('verifies from the bytes that are served alone', async () => {
    const certificate: unknown = JSON.parse(await site.text(`${pathOf(first)}/certificate.json`));
    const trust = trustFrom(await site.text('/officers.json'), side.installation);
    const files = await Promise.all(
      first.files.map(async ({ name }) => ({
        name,
        bytes: new Uint8Array(await (await site.get(`${pathOf(first)}/files/${name}`)).arrayBuffer()),
      })),
    );
    const findings = await verifyCertificate(certificate, trust, files);
    expect(findings.filter((finding) => !finding.ok)).toEqual([]);
    expect(findings.map((finding) => finding.check)).toEqual(
      expect.arrayContaining(['publication-signature', 'stage:adoption', 'inclusion', 'file:release.pdf']),
    );
    files[0]!.bytes[0]! ^= 1;
    expect((await verifyCertificate(certificate, trust, files)).filter((finding) => !finding.ok)).toHaveLength(1);
  });

  it('is the one that was published, to be saved under a name of its own', async () => {
    const answer = await site.get(`${pathOf(first)}/certificate.json`);
    expect(await answer.text()).toBe(first.certificate);
    expect(answer.headers.get('etag')).toBe(`"${sha256Hex(first.certificate)}"`);
    expect(answer.headers.get('content-disposition')).toContain(`${first.outgoing.release}-certificate.json`);
  });

  it('says in words who adopted, when, under which procedure, and how each check came out', async () => {
    const html = await site.text(`${pathOf(first)}/certificate`);
    for (const { holder } of side.alliance.ministers) expect(html).toContain(holder.office);
    for (const words of ['Belgium', 'Germany', 'Norway', '1 June 2026, 09:00:00 UTC', 'public-release, version 1'])
      expect(html).toContain(words);
    const trust = trustFrom(side.officersFile, side.installation);
    const findings = await verifyCertificate(JSON.parse(first.certificate), trust, first.files);
    expect(html).toContain(`All ${String(findings.length)} checks hold`);
    for (const { check, detail } of findings) {
      expect(html).toContain(`</span>${check}</p>`);
      expect(html).toContain(detail.replaceAll("'", '&#39;'));
    }
    expect(html.match(/<li class="holds">/g)).toHaveLength(findings.length);
    expect(html).not.toContain('<li class="fails">');
  });

  it('names nobody of a stage that is not public', async () => {
    const html = await site.text(`${pathOf(first)}/certificate`);
    const { originator, reviewers } = side.alliance;
    for (const { person, identity, office, kid } of [originator, ...reviewers])
      for (const trace of [person, identity, office, kid]) expect(html).not.toContain(trace);
    expect(html.match(/Its decisions are not public/g)).toHaveLength(2);
  });
});

describe('how to check', () => {
  it('gives the commands, the meanings and every fingerprint', async () => {
    const html = await site.text('/checking');
    expect(html).toContain('imprimatur verify certificate certificate.json --officers officers.json');
    expect(html).toContain(`curl -O ${PUBLIC_URL}/officers.json`);
    const { release } = first.outgoing;
    const commands = [
      `curl -o certificate.json ${PUBLIC_URL}/releases/${release}/certificate.json`,
      `curl -O ${PUBLIC_URL}/officers.json`,
      ...first.files.map(({ name }) => `curl -O ${PUBLIC_URL}/releases/${release}/files/${name}`),
      'imprimatur verify certificate certificate.json --officers officers.json --file release.html release.pdf release.json targets.csv',
    ];
    expect(await site.text(`${pathOf(first)}/certificate`)).toContain(`<pre><code>${commands.join('\n')}</code></pre>`);
    const { officers } = side.alliance.authority;
    for (const { kid, jwk } of officers.officers) expect([html.includes(kid), thumbprint(jwk)]).toEqual([true, kid]);
    expect(html).toContain(officers.logs.publicLog);
    const words = html.replace(/<[^>]*>|\s/g, '');
    expect(words).toContain(sha256Hex(side.officersFile));
  });

  it('explains every check that a certificate goes through', async () => {
    const html = await site.text('/checking');
    const trust = trustFrom(side.officersFile, side.installation);
    for (const { check } of await verifyCertificate(JSON.parse(first.certificate), trust, first.files))
      expect(html).toContain(`<code>${check.replace(/:.*/, ':…')}</code>`);
  });

  it('serves the officers’ file as it is', async () => {
    const answer = await site.get('/officers.json');
    expect(await answer.text()).toBe(side.officersFile);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });
});

describe('the feed', () => {
  it('is well-formed, absolute, and says the words of the signed statements', async () => {
    const answer = await site.get('/feed.atom');
    const xml = await answer.text();
    expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    expect(XMLValidator.validate(xml)).toBe(true);
    const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'entry' });
    const { feed } = parser.parse(xml) as { feed: ParsedFeed };
    expect(feed['@_xmlns']).toBe('http://www.w3.org/2005/Atom');
    expect(feed.updated).toBe(second.publishedAt);
    expect(feed.entry.map(({ id }) => id)).toEqual([second, first].map((each) => PUBLIC_URL + pathOf(each)));
    expect(feed.entry[1]!.title['#text']).toBe(first.outgoing.title);
    expect(feed.entry[1]!.summary['#text']).toContain('EXERCISE');
    expect(feed.entry[0]!.title['#text']).toContain('&lt;script&gt;');
    expect(feed.entry[0]!.published).toBe(second.publishedAt);
    for (const [, address] of xml.matchAll(/href="([^"]*)"/g)) expect(address).toMatch(new RegExp(`^${PUBLIC_URL}/`));
    expect(xml).not.toContain('\u0007');
  });
});

describe('the public log', () => {
  const leaves = async (query: string): Promise<PublicLeaves> =>
    publicLeavesSchema.parse(JSON.parse(await site.text(`/log/leaves${query}`)));

  it('gives a checkpoint that its key signed, over the leaves that it gives', async () => {
    const trust = trustFrom(side.officersFile, side.installation);
    const answer = await site.get('/log/checkpoint');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const note = openNote(await answer.text(), trust.publicLog);
    const checkpoint = note.ok ? parseCheckpoint(note.body) : note.fault;
    if (typeof checkpoint === 'string') throw new Error(checkpoint);
    const all = await leaves('?first=0');
    expect(all.leaves.map(({ index }) => index)).toEqual([0, 1, 2]);
    const hashes = all.leaves.map(({ leaf }) => leafHash(new TextEncoder().encode(leaf)));
    expect(rootOf(appendLeaves(emptyFrontier(), hashes).frontier)).toEqual(checkpoint.root);
    expect(all.treeSize).toBe(checkpoint.size);
  });

  it('gives leaves from a place on', async () => {
    expect((await leaves('')).leaves).toHaveLength(3);
    expect((await leaves('?first=2')).leaves.map(({ index }) => index)).toEqual([2]);
    expect((await leaves('?first=3')).leaves).toEqual([]);
  });

  it('proves that it only grew', async () => {
    const rootAt = async (size: number): Promise<Uint8Array> => {
      const { leaves: some } = await leaves('');
      const hashes = some.slice(0, size).map(({ leaf }) => leafHash(new TextEncoder().encode(leaf)));
      return rootOf(appendLeaves(emptyFrontier(), hashes).frontier);
    };
    for (const [older, newer] of [
      [1, 3],
      [2, 3],
      [1, 2],
      [3, 3],
    ] as const) {
      const answer = await site.text(`/log/consistency?first=${String(older)}&second=${String(newer)}`);
      const { first: from, second: to, proof } = consistencySchema.parse(JSON.parse(answer));
      const claim = { first: from, second: to, firstRoot: await rootAt(older), secondRoot: await rootAt(newer) };
      const hashes = proof.map((hash) => new Uint8Array(Buffer.from(hash, 'hex')));
      expect([from, to, verifyConsistency({ ...claim, proof: hashes })]).toEqual([older, newer, null]);
      if (older < newer)
        expect(verifyConsistency({ ...claim, secondRoot: new Uint8Array(32), proof: hashes })).not.toBeNull();
    }
  });

  it('shows the release of an entry, and nothing where none is shown', async () => {
    const html = await site.text('/log');
    expect(html).toContain(pathOf(first));
    expect(html).toContain(pathOf(second));
    expect(html).toContain('No release is shown for this entry.');
    expect(html).not.toContain('r-ffffffffffffffffffff');
    expect(await site.text('/log?before=1')).toContain(pathOf(first));
    expect(await site.text('/log?before=1')).not.toContain(pathOf(second));
  });
});

describe('every page', () => {
  it('runs no script, carries no style of its own and sets no cookie', async () => {
    for (const path of pages()) {
      const answer = await site.get(path);
      const html = await answer.text();
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html).not.toMatch(/<script|<style|style=|javascript:| on[a-z]+=/i);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      expect(html.match(/<main /g)).toHaveLength(1);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none';style-src 'self';img-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      );
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    }
  });

  it('leads nowhere that is not there', async () => {
    const seen = new Set<string>();
    const open = ['/'];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const answer = await site.get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      if (answer.headers.get('content-type') !== 'text/html; charset=utf-8' || path.includes('/files/')) continue;
      for (const [, href = ''] of (await answer.text()).matchAll(/(?:href|src)="([^"#]*)/g))
        if (href !== '') open.push(href.replaceAll('&amp;', '&'));
    }
    const known = [...pages().slice(0, -1), '/feed.atom', '/officers.json', '/log/checkpoint', '/log/leaves?first=1'];
    expect([...seen]).toEqual(expect.arrayContaining(known));
  });

  it('keeps its own files for ever, under names that hold their hash', async () => {
    const html = await site.text('/');
    const assets = [...html.matchAll(/"(\/assets\/[^"]*)"/g)].map(([, path = '']) => path);
    expect(new Set(assets).size).toBe(2);
    for (const path of assets) {
      const answer = await site.get(path);
      const hash = sha256Hex(new Uint8Array(await answer.arrayBuffer()));
      expect(path).toContain(hash.slice(0, 16));
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('content-type')).toBe(
        path.endsWith('.css') ? 'text/css; charset=utf-8' : 'image/svg+xml',
      );
    }
  });

  it('may be read from anywhere, and says only that it is well when asked', async () => {
    const answer = await site.get('/health');
    expect(await answer.text()).toBe('{"status":"ok"}');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

it('complained of nothing', () => {
  expect(site.faults).toEqual([]);
});
