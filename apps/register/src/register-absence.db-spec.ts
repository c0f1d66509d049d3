import type { Transactions } from '#database';
import { openAllianceHouse, scheduledCase } from '../../../test/support/alliance';
import { asking } from '../../../test/support/cluster';
import { type Published, PublicSide } from '../../../test/support/public-side';
import { type TestSite, openSite } from '../../../test/support/site';

let side: PublicSide;
let transactions: Transactions;
let site: TestSite;
let whole: Published;
let target: Published;
let nothing: string;

beforeAll(async () => {
  side = await PublicSide.open();
  transactions = await side.asRegister();
  const { officersFile, installation } = side;
  site = await openSite({ transactions, officersFile, installation });
  whole = await side.publish({ title: 'EXERCISE whole' });
  target = await side.publish({ title: 'EXERCISE target' });
  nothing = await site.raw('/nothing-of-the-kind');
});

afterAll(async () => {
  await site.close();
  await transactions.close();
  await side.close();
});

beforeEach(() => {
  site.faults.length = 0;
});

const everyPathOf = ({ outgoing }: Published): string[] => {
  const path = `/releases/${outgoing.release}`;
  const files = outgoing.renditions.map(({ name }) => `${path}/files/${name}`);
  return [path, `${path}/certificate`, `${path}/certificate.json`, ...files];
};

/** Changes the public side as nobody but its administrator could. */
const change = async (sql: string, parameters: unknown[] = []): Promise<void> => {
  const { rowCount } = await asking(side.databases.register('superuser'), (client) => client.query(sql, parameters));
  if (rowCount === 0) throw new Error('nothing was changed');
};

describe('what is not there', () => {
  it('is a page that a person can read', async () => {
    expect(nothing).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(nothing).toContain('There is nothing here');
    expect(nothing).toContain('cache-control: no-store');
  });

  it.each([
    '/releases',
    '/releases/',
    '/releases/r-0123456789abcdef0123',
    '/releases/r-0123456789abcdef0123/certificate',
    '/releases/r-0123456789abcdef0123/certificate.json',
    '/releases/r-0123456789abcdef0123/files/release.html',
    '/releases/R-0123456789ABCDEF0123',
    '/releases/r-0123456789abcdef0123/files/../../../etc/passwd',
    '/../../../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/assets/../application.ts',
    '/assets/register.css',
    '/assets/%2e%2e/pages.js',
    '/%00',
    '/releases/%00',
    '/releases/r-0123456789abcdef0123%00',
    '/releases/%ZZ',
    '/%',
    '/%c0%ae%c0%ae/',
    "/releases/r-0123456789abcdef0123'--",
    '/releases/r-0123456789abcdef0123;x=1',
    '/releases/%F0%9F%92%A9',
    '/releases/r\\-0123',
    '//evil.example/',
    'http://evil.example/',
    '/favicon.ico',
    '/robots.txt',
    '/.well-known/security.txt',
    '/health/',
    '/HEALTH',
    '/log/',
    '/log/leaves/0',
    '/feed.atom/',
    '/certificate.json',
    '/?before=x',
    '/log/leaves?first=-1',
  ])('has one answer, byte for byte: %s', async (path) => {
    expect(await site.raw(path)).toBe(nothing);
    expect(await site.raw(path, 'HEAD')).toBe(nothing.slice(0, nothing.indexOf('\r\n\r\n') + 4));
    expect(site.faults).toEqual([]);
  });

  it.each([130, 190, 260, 8_000])('has it for an address of %i letters too', async (length) => {
    for (const folder of ['/', '/releases/', '/releases/r-0123456789abcdef0123/files/', '/assets/'])
      expect(await site.raw(folder + 'a'.repeat(length))).toBe(nothing);
  });

  it('is the same for a file that a release does not have', async () => {
    const path = `/releases/${whole.outgoing.release}`;
    for (const name of ['release.pdf', 'release.htm', 'RELEASE.HTML', 'release.html.bak', 'certificate.json', ''])
      expect(await site.raw(`${path}/files/${name}`)).toBe(nothing);
    for (const more of ['/', '/certificate/', '/files', '/officers.json'])
      expect(await site.raw(path + more)).toBe(nothing);
  });

  it('is the same before the hour, from everywhere on the public side, and then it is there', async () => {
    const alliance = await openAllianceHouse();
    const { house } = alliance;
    const early = await openSite({
      transactions: await house.as('register', 'register'),
      officersFile: JSON.stringify(house.authority.officers),
      installation: house.authority.installation,
    });
    try {
      const { release, publishAt } = await scheduledCase(alliance);
      const paths = ['', '/certificate', '/certificate.json', '/files/release.html'].map(
        (each) => `/releases/${release}${each}`,
      );
      const overviews = ['/', '/feed.atom', '/log', '/log/checkpoint', '/log/leaves'];
      const unknown = await early.raw('/nothing-of-the-kind');
      const before = await Promise.all(overviews.map((path) => early.text(path)));
      expect(await house.publish()).toBe('idle');
      for (const path of paths) expect(await early.raw(path)).toBe(unknown);
      for (const text of before) expect(text).not.toContain(release);

      house.clock.advance(Date.parse(publishAt) - house.clock.now().getTime() + 1_000);
      expect(await house.publish()).toBe('published');
      for (const path of paths) expect([path, (await early.get(path)).status]).toEqual([path, 200]);
      expect(await early.text('/')).toContain(release);
      expect(early.faults).toEqual([]);
    } finally {
      await early.close();
      await house.close();
    }
  });
});

describe('what does not verify', () => {
  const id = (): string => target.outgoing.release;

  const expectGone = async (fault: RegExp): Promise<void> => {
    for (const path of everyPathOf(target)) expect([path, await site.raw(path)]).toEqual([path, nothing]);
    for (const path of ['/', '/feed.atom']) {
      const text = await site.text(path);
      expect(text).not.toContain(id());
      expect(text).not.toContain(target.outgoing.title);
      expect(text).toContain(whole.outgoing.release);
    }
    expect(await site.text('/log')).not.toContain(target.outgoing.title);
    expect(site.faults.map((each) => each.id)).toEqual([id()]);
    expect(site.faults[0]!.faults.join('\n')).toMatch(fault);
  };

  const expectBack = async (): Promise<void> => {
    for (const path of everyPathOf(target)) expect([path, (await site.get(path)).status]).toEqual([path, 200]);
    expect(await site.text('/')).toContain(id());
  };

  it('is there as long as nothing was changed', expectBack);

  it('is gone when one byte of a file is another', async () => {
    const flip = `UPDATE release_file SET bytes = set_byte(bytes, 100, get_byte(bytes, 100) # 1) WHERE release_id = $1 AND name = 'release.html'`;
    await change(flip, [id()]);
    await expectGone(/file:release\.html: sha256/);
    await change(flip, [id()]);
    await expectBack();
  });

  it('is gone when the words of its data are others, though its row says their hash', async () => {
    const json = target.files.find(({ name }) => name === 'release.json')!;
    const other = Buffer.from(json.bytes.toString('utf8').replace('third higher', 'third lower!'));
    const set = `UPDATE release_file SET bytes = $2, sha256 = encode(sha256($2), 'hex') WHERE release_id = $1 AND name = 'release.json'`;
    await change(set, [id(), other]);
    await expectGone(/file:release\.json/);
    await change(set, [id(), json.bytes]);
    await expectBack();
  });

  it('is gone when a file is missing, is one too many, or has another type', async () => {
    const [csv] = target.files.filter(({ name }) => name === 'targets.csv');
    await change(`DELETE FROM release_file WHERE release_id = $1 AND name = 'targets.csv'`, [id()]);
    await expectGone(/files: not exactly those/);
    const insert = `INSERT INTO release_file (release_id, name, media_type, sha256, bytes) VALUES ($1, $2, $3, '', $4)`;
    await change(insert, [id(), 'targets.csv', 'text/csv', csv!.bytes]);
    await expectBack();

    site.faults.length = 0;
    await change(insert, [id(), 'extra.html', 'text/html', Buffer.from('<p>more')]);
    expect(await site.raw(`/releases/${id()}/files/extra.html`)).toBe(nothing);
    await expectGone(/file:extra\.html: the signed statement names no such file/);
    await change(`DELETE FROM release_file WHERE release_id = $1 AND name = 'extra.html'`, [id()]);

    site.faults.length = 0;
    const type = `UPDATE release_file SET media_type = $2 WHERE release_id = $1 AND name = 'targets.csv'`;
    await change(type, [id(), 'text/html; charset=utf-8']);
    await expectGone(/files: not exactly those/);
    await change(type, [id(), 'text/csv']);
    await expectBack();
  });

  it('is gone when its row says another hour', async () => {
    const set = `UPDATE release SET published_at = $2 WHERE id = $1`;
    await change(set, [id(), '2026-06-05T16:00:00Z']);
    await expectGone(/published: the row says another moment/);
    await change(set, [id(), target.publishedAt]);
    await expectBack();
  });

  it('is gone when its certificate is another’s, is changed, or is none', async () => {
    const set = `UPDATE release SET certificate = $2 WHERE id = $1`;
    const certificate = JSON.parse(target.certificate) as { outgoing: { title: string }; decisions: unknown[] };
    const titled = { ...certificate, outgoing: { ...certificate.outgoing, title: 'EXERCISE forged' } };
    const fewer = { ...certificate, decisions: certificate.decisions.slice(1) };
    const forgeries: [unknown, RegExp][] = [
      [whole.certificate, /release: the certificate speaks of another release/],
      [JSON.stringify(titled), /publication-proposal/],
      [JSON.stringify(fewer), /stage:adoption/],
      [`${target.certificate} `, /certificate: not in its one form/],
      [target.certificate.replace('{', '{"format":"imprimatur-certificate/1",'), /certificate: not in its one form/],
      ['{}', /format/],
      ['not JSON', /format/],
      ['', /format/],
    ];
    for (const [forged, fault] of forgeries) {
      site.faults.length = 0;
      await change(set, [id(), forged]);
      await expectGone(fault);
      expect(await site.text('/')).not.toContain('forged');
    }
    await change(set, [id(), target.certificate]);
    await expectBack();
  });

  it('is told once, however many ask at once', async () => {
    await change(`UPDATE release SET certificate = '[]' WHERE id = $1`, [id()]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.get(`/releases/${id()}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(site.faults).toHaveLength(1);
    await change(`UPDATE release SET certificate = $2 WHERE id = $1`, [id(), target.certificate]);
    await expectBack();
  });

  it('is not there when the words that were signed are not those of its data', async () => {
    const odd = await side.publish({
      title: 'EXERCISE said here',
      signing: (outgoing) => ({ ...outgoing, title: 'EXERCISE said there' }),
    });
    expect(await site.raw(`/releases/${odd.outgoing.release}`)).toBe(nothing);
    expect(await site.text('/')).not.toContain('EXERCISE said');
    expect(site.faults).toEqual([
      { id: odd.outgoing.release, faults: ['words: release.json says other words than the signed statement'] },
    ]);
  });

  it('is not there in the log either', async () => {
    const { rows } = await asking(side.databases.register('superuser'), (client) =>
      client.query<{ note: string; size: string }>(
        'SELECT note, tree_size AS size FROM public_checkpoint ORDER BY tree_size DESC LIMIT 1',
      ),
    );
    const { note, size } = rows[0]!;
    const paths = ['/log', '/log/checkpoint', '/log/leaves'];
    const setNote = 'UPDATE public_checkpoint SET note = $2 WHERE tree_size = $1';
    const [letter, other] = note.includes('A') ? ['A', 'B'] : ['a', 'b'];
    await change(setNote, [size, note.replace(letter, other)]);
    for (const path of paths) expect([path, await site.raw(path)]).toEqual([path, nothing]);
    expect(site.faults.map((each) => each.id)).toEqual(['public-log']);
    await change(setNote, [size, note]);

    for (const [there, back] of [
      [
        `UPDATE public_leaf SET leaf = leaf || ' ' WHERE leaf_index = 0`,
        `UPDATE public_leaf SET leaf = rtrim(leaf) WHERE leaf_index = 0`,
      ],
      [
        `UPDATE public_node SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = 0 AND idx = 1`,
        `UPDATE public_node SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = 0 AND idx = 1`,
      ],
    ] as const) {
      await change(there);
      for (const path of ['/log', '/log/leaves']) expect([path, await site.raw(path)]).toEqual([path, nothing]);
      await change(back);
      for (const path of paths) expect([path, (await site.get(path)).status]).toEqual([path, 200]);
    }
  });
});

describe('what is not asked for with GET or HEAD', () => {
  it('has one answer, whatever the address', async () => {
    const refused = await site.raw('/', 'POST');
    expect(refused).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    expect(refused).toContain('allow: GET, HEAD');
    for (const path of ['/', '/health', everyPathOf(whole)[0]!, '/nothing-of-the-kind', '/%00'])
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
        expect([method, path, await site.raw(path, method)]).toEqual([method, path, refused]);
  });

  it('is refused unread, whatever its body', async () => {
    const answer = await fetch(`${site.url}/`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(answer.status).toBe(405);
  });
});

describe('when the database is away', () => {
  it('says that it cannot, and nothing else; its own pages stay', async () => {
    const away = await side.asRegister();
    const { officersFile, installation } = side;
    const dark = await openSite({ transactions: away, officersFile, installation });
    await away.close();
    const answers = await Promise.all(['/', '/health', '/log', everyPathOf(whole)[0]!].map((path) => dark.raw(path)));
    expect(answers[0]).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(answers[0]!.split('\r\n\r\n')[1]).not.toMatch(/sql|database|driver|connect|stack|error/i);
    expect(new Set(answers).size).toBe(1);
    expect(dark.faults).toHaveLength(answers.length);
    for (const path of ['/checking', '/officers.json']) expect((await dark.get(path)).status).toBe(200);
    expect(await dark.raw('/nothing-of-the-kind')).toBe(nothing);
    await dark.close();
  });
});

describe('the register’s own role', () => {
  it('cannot write, and sees no leaf before its checkpoint', async () => {
    const url = side.databases.register('register');
    for (const sql of ['DELETE FROM release', 'UPDATE release SET certificate = 1', 'SELECT * FROM public_tree'])
      await expect(asking(url, (client) => client.query(sql))).rejects.toThrow(/permission denied/);
    await side.logOnly('r-eeeeeeeeeeeeeeeeeeee');
    expect(await site.text('/log/leaves')).not.toContain('r-eeeeeeeeeeeeeeeeeeee');
  });
});
