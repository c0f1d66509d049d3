import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { trustFrom } from '#register';
import { PublicSide, PORTIONS } from '../../../test/support/public-side';
import { createRegister } from './application';

const N =
  'Albania,Belgium,Bulgaria,Canada,Croatia,Czechia,Denmark,Estonia,Finland,France,Germany,Greece,Hungary,Iceland,Italy,Latvia,Lithuania,Luxembourg,Montenegro,Netherlands,North Macedonia,Norway,Poland,Portugal,Romania,Slovakia,Slovenia,Spain,Sweden,Türkiye,United Kingdom,United States'.split(
    ',',
  );

test('preview', async () => {
  const side = await PublicSide.open(N.map((name, i) => ({ id: name.slice(0, 2).toUpperCase() + String(i), name })));
  const transactions = await side.asRegister();
  const faults: unknown[] = [];
  const app = await createRegister({
    transactions,
    officersFile: side.officersFile,
    installation: side.installation,
    trust: trustFrom(side.officersFile, side.installation),
    publicUrl: 'http://127.0.0.1:3080',
    onFault: (id, f) => faults.push([id, f]),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const run = promisify(execFile);
  const shot = async (name: string, path: string, size: string) => {
    await run(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--hide-scrollbars',
        `--user-data-dir=${mkdtempSync('/tmp/chr-')}`,
        `--screenshot=/tmp/shots/${name}.png`,
        `--window-size=${size}`,
        ...(process.env.EXTRA?.split(' ') ?? []),
        url + path,
      ],
      { timeout: 60000 },
    );
  };
  if (process.env.SHOTS?.includes('empty')) {
    await shot('empty', '/', '1280,900');
    await shot('emptylog', '/log', '1280,900');
  }
  const paragraphs = [
    'EXERCISE Defence ministers have adopted new capability targets. They set out which forces and concrete capabilities each ally is to provide.',
    'EXERCISE Air and missile defence, long-range weapons, logistics and large land manoeuvre formations come first.',
    'EXERCISE Taken together the targets are about 30 per cent higher than those in force until now, of which about 30 per cent are not yet met.',
    'EXERCISE The targets of single nations stay classified. How the additional spending is shared is for the leaders’ summit to decide.',
  ];
  const areas = [
    'air and missile defence',
    'long-range weapons',
    'logistics',
    'large land manoeuvre formations',
    'personnel',
  ];
  const main = await side.publish({
    title: 'New capability targets adopted by defence ministers',
    summary:
      'EXERCISE What allies have agreed on the forces and capabilities that they will provide together, and in which areas the needs are greatest.',
    withPdf: true,
    portions: [
      { n: 1, kind: 'title', text: 'EXERCISE The new capability targets' },
      ...paragraphs.map((text, i) => ({ n: i + 2, kind: 'paragraph' as const, text })),
      ...areas.map((area, i) => ({
        n: i + 6,
        kind: 'target' as const,
        text: area,
        target: {
          nation: 'Alliance',
          area,
          quantityNow: 1000 * (i + 1),
          quantityRequired: 1300 * (i + 1),
          unit: 'units',
          dueYear: 2031 + i,
        },
      })),
    ],
  });
  await side.publish({
    title: 'Statement on the defence investment plan <of the summit> & its timetable',
    summary: 'A short release without exercise marking, to see how one looks that is real.',
    exercise: false,
    publishedAt: '2026-06-05T22:10:00.000Z',
  });
  await side.publish({
    title: 'Correction',
    summary: 'EXERCISE One figure.',
    publishedAt: '2026-06-06T08:00:00.000Z',
    portions: PORTIONS.slice(0, 2),
  });
  await side.logOnly('r-ffffffffffffffffffff');
  const t0 = performance.now();
  console.log((await fetch(url + '/')).status, 'list cold', performance.now() - t0);
  const t1 = performance.now();
  await (await fetch(url + '/')).text();
  console.log('list warm', performance.now() - t1);
  const t2 = performance.now();
  await (await fetch(`${url}/releases/${main.outgoing.release}`)).text();
  console.log('page warm', performance.now() - t2);
  const t3 = performance.now();
  await (await fetch(`${url}/releases/${main.outgoing.release}/files/release.pdf`)).arrayBuffer();
  console.log('pdf warm', performance.now() - t3, main.certificate.length);
  const r = `/releases/${main.outgoing.release}`;
  const pages: Record<string, string> = {
    list: '/',
    release: r,
    certificate: `${r}/certificate`,
    checking: '/checking',
    log: '/log',
    nothing: '/nope',
    checks: `${r}/certificate#checks`,
    who: `${r}/certificate#who`,
    yourself: `${r}/certificate#yourself`,
    html: `${r}/files/release.html`,
    pdf: `${r}/files/release.pdf`,
  };
  const pdf = Buffer.from(await (await fetch(`${url}${r}/files/release.pdf`)).arrayBuffer());
  writeFileSync('/tmp/shots/release.pdf', pdf);
  if (process.env.PDF) {
    const { createServer } = await import('node:http');
    const variants: Record<string, Record<string, string>> = {
      bare: {},
      none: { 'content-security-policy': "default-src 'none'" },
      doc: {
        'content-security-policy':
          "default-src 'none';style-src 'unsafe-inline';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      },
      sandbox: { 'content-security-policy': 'sandbox' },
      xfo: { 'x-frame-options': 'DENY' },
    };
    const server = createServer((q, a) => {
      a.writeHead(200, { 'content-type': 'application/pdf', ...variants[(q.url ?? '').slice(1)] });
      a.end(pdf);
    });
    await new Promise<void>((ok) => server.listen(3999, '127.0.0.1', () => ok()));
    for (const name of Object.keys(variants)) {
      await run(
        'chromium',
        [
          '--headless=new',
          '--no-sandbox',
          '--disable-background-networking',
          `--user-data-dir=${mkdtempSync('/tmp/chr-')}`,
          `--screenshot=/tmp/shots/pdf-${name}.png`,
          '--window-size=900,900',
          '--virtual-time-budget=5000',
          `http://127.0.0.1:3999/${name}`,
        ],
        { timeout: 60000 },
      );
    }
    server.close();
  }
  if (process.env.PRINT)
    for (const [n, path] of [
      ['release', r],
      ['certificate', `${r}/certificate`],
    ])
      await run(
        'chromium',
        [
          '--headless',
          '--no-sandbox',
          `--user-data-dir=${mkdtempSync('/tmp/chr-')}`,
          `--print-to-pdf=/tmp/shots/print-${n}.pdf`,
          url + path,
        ],
        { timeout: 60000 },
      );
  const only = process.env.SHOTS?.split(',');
  for (const [name, path] of Object.entries(pages)) {
    if (only && !only.includes(name)) continue;
    const response = await fetch(url + path);
    writeFileSync(
      `/tmp/shots/${name}.out`,
      JSON.stringify([...response.headers], null, 1) + '\n' + (await response.text()),
    );
    await shot(name, path, name === 'certificate' ? '1280,4200' : name === 'checking' ? '1280,3000' : '1280,1700');
    await shot(`${name}-phone`, path, name === 'certificate' ? '500,4500' : '500,2400');
  }
  writeFileSync('/tmp/shots/feed.xml', await (await fetch(url + '/feed.atom')).text());
  console.log(faults);
  await app.close();
  await transactions.close();
  await side.close();
}, 300000);
