import { randomUUID } from 'node:crypto';
import { ApiProblem } from '#client';
import { sha256Hex } from '#signing';
import { type AllianceHouse, PACKAGE, aRequest, openAllianceHouse } from '../support/alliance';
import { administrator, captured } from '../support/captured';
import { asking } from '../support/cluster';
import { aDocument } from '../support/documents';
import { type Resident } from '../support/house';
import { ask } from '../support/http';
import { aPerson } from '../support/people';
import { changedFunction, takenAway } from '../support/taken-away';

/** EXERCISE. Bytes that are what they say they are. */
const PDF = Buffer.from('%PDF-1.7\nEXERCISE: not much of a file\n%%EOF\n');
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from('EXERCISE')]);

let alliance: AllianceHouse;
let planner: Resident;
/** Knows of the document, and holds less than all of it. */
let junior: Resident;
let documentId: string;

const file = (changes: Partial<{ name: string; mark: string; mediaType: string; bytes: Buffer }> = {}) => ({
  name: 'EXERCISE map.pdf',
  mark: '(CTS)',
  mediaType: 'application/pdf',
  bytes: PDF,
  ...changes,
});

beforeAll(async () => {
  alliance = await openAllianceHouse();
  ({ planner } = alliance);
  ({ junior } = await alliance.house.enrol({ junior: aPerson('junior').clearedTo('SECRET').inRole('planner') }));
  ({ id: documentId } = await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text()));
});
afterAll(() => alliance.house.close());

/** The problem's code, or the codes of its reasons; nothing when it was taken. */
async function refusalOf(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, reasons = [] } = error.problem;
    return reasons.length === 0 ? [code] : reasons.map((reason) => reason.code);
  }
}

describe('an attachment', () => {
  it('is listed in the document with its mark, and comes back byte for byte, to be kept and not shown', async () => {
    const attached = await planner.client.attach(documentId, file({ name: 'EXERCISE Lage „Nord“ (1).pdf' }));
    expect(attached.sha256).toBe(sha256Hex(PDF));
    const { attachments } = await planner.client.document(documentId);
    expect(attachments).toEqual([
      {
        id: attached.id,
        name: 'EXERCISE Lage „Nord“ (1).pdf',
        mark: '(CTS)',
        mediaType: 'application/pdf',
        bytes: PDF.length,
        sha256: attached.sha256,
      },
    ]);
    expect(Buffer.from(await planner.client.attachment(documentId, attached.id))).toEqual(PDF);
    const { status, headers } = await ask(
      alliance.house.url,
      `/api/documents/${documentId}/attachments/${attached.id}`,
      {
        as: planner.sid,
      },
    );
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="EXERCISE Lage _Nord_ (1).pdf"; filename*=UTF-8''EXERCISE%20Lage%20%E2%80%9ENord%E2%80%9C%20%281%29.pdf`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      etag: `"${attached.sha256}"`,
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('changes the tag of the document for those who see it, and for nobody else', async () => {
    const { id } = await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    const tag = async ({ sid }: Resident) =>
      (await ask(alliance.house.url, `/api/documents/${id}`, { as: sid })).headers;
    const before = [await tag(planner), await tag(junior)];
    await planner.client.attach(id, file());
    const after = [await tag(planner), await tag(junior)];
    expect(after[0]?.['etag']).not.toBe(before[0]?.['etag']);
    expect(after[1]?.['etag']).toBe(before[1]?.['etag']);
    expect((await junior.client.document(id)).attachments).toEqual([]);
  });

  it('is not there for who holds less, whether it is asked for by its own document, another or none', async () => {
    const { id } = await planner.client.attach(documentId, file({ bytes: Buffer.concat([PDF, Buffer.from('2')]) }));
    const other = await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text());
    for (const [who, document, attachment] of [
      [junior, documentId, id],
      [junior, documentId, randomUUID()],
      [planner, other.id, id],
      [planner, randomUUID(), id],
      [alliance.stranger, documentId, id],
    ] as const)
      expect(await refusalOf(() => who.client.attachment(document, attachment))).toEqual(['not-found']);
  });

  it('is on the record before its first byte leaves, and so is who was refused', async () => {
    const { id } = await planner.client.attach(documentId, file({ bytes: Buffer.concat([PDF, Buffer.from('3')]) }));
    await planner.client.attachment(documentId, id);
    await refusalOf(() => junior.client.attachment(documentId, id));
    const { items } = await alliance.auditor.client.events({ document: documentId, action: 'document.attachment' });
    const said = items.map(({ person, outcome, details }) => ({ person, outcome, attachment: details['attachment'] }));
    expect(said).toContainEqual({ person: planner.person, outcome: 'done', attachment: id });
    expect(said).toContainEqual({ person: junior.person, outcome: 'refused', attachment: id });
    const admin = await administrator(alliance.house);
    await admin.run('REVOKE INSERT ON audit_event FROM imprimatur_api');
    expect(await refusalOf(() => planner.client.attachment(documentId, id))).toEqual(['record-unavailable']);
    await admin.run('GRANT INSERT ON audit_event TO imprimatur_api');
    await admin.close();
  });

  it('is among what was decided when its document was read: its name has a mark of its own', async () => {
    const paper = aDocument().titled('(NU) EXERCISE A paper with a file').text();
    const { id } = await planner.client.importDocument(paper);
    await planner.client.attach(id, file({ mark: '(NC)', bytes: Buffer.concat([PDF, Buffer.from('4')]) }));
    await planner.client.document(id);
    const decided = await asking(alliance.house.databases.main('superuser'), (client) =>
      client.query<{ classification: string }>(
        `SELECT DISTINCT p.label ->> 'classification' AS classification
           FROM audit_event e, jsonb_array_elements(e.decision -> 'protections') AS under, jsonb_array_elements_text(under) AS one
           JOIN protection p ON p.id = one::int WHERE e.document_id = $1 AND e.action = 'document.read' ORDER BY 1`,
        [id],
      ),
    );
    expect(decided.rows.map(({ classification }) => classification)).toContain('CONFIDENTIAL');
  });

  it.each<[string, Parameters<typeof file>[0], string[]]>([
    ['of another type than it says', { bytes: PNG }, ['media-type']],
    ['that is no text', { mediaType: 'text/plain', bytes: Buffer.from([0x45, 0xff, 0xfe]) }, ['media-type']],
    ['with a name of several folders', { name: '../EXERCISE.pdf' }, ['name']],
    ['with a name that hides letters', { name: 'EXERCISE\u202efdp.exe' }, ['name']],
    ['without a mark that is one', { mark: '(NOTHING)' }, ['wrong-mark']],
    [
      'of a type that is not taken',
      { mediaType: 'text/html', bytes: Buffer.from('EXERCISE') },
      ['unsupported-media-type'],
    ],
    ['that is empty', { bytes: Buffer.alloc(0) }, ['empty']],
    ['that is too large', { mediaType: 'text/plain', bytes: Buffer.alloc(1024 * 1024 + 1, 'a') }, ['too-large']],
    ['that is far too large', { bytes: Buffer.alloc(9 * 1024 * 1024, '%PDF-') }, ['too-large']],
    ['above everything that this house holds', { mark: '(CTS-B)' }, ['above-own-clearance']],
  ])('%s is not taken', async (_name, changes, codes) => {
    expect(await refusalOf(() => planner.client.attach(documentId, file(changes)))).toEqual(
      expect.arrayContaining(codes),
    );
  });

  it('is marked by nobody above their own clearance, nor without a name or a mark', async () => {
    const { id } = await junior.client.importDocument(
      aDocument().underBanner('NATO SECRET').titled('(NU) EXERCISE Of the junior').text(),
    );
    expect(await refusalOf(() => junior.client.attach(id, file()))).toContain('above-own-clearance');
    expect(
      await refusalOf(() => junior.client.attach(id, file({ mark: '(NS)', bytes: PNG, mediaType: 'image/png' }))),
    ).toEqual([]);
    const without: Record<string, string>[] = [
      {},
      { 'imprimatur-name': 'EXERCISE' },
      { 'imprimatur-name': '%E4', 'imprimatur-mark': '(NS)' },
    ];
    for (const headers of without) {
      const answer = await ask(alliance.house.url, `/api/documents/${id}/attachments`, {
        as: junior.sid,
        method: 'POST',
        text: 'EXERCISE',
        headers,
      });
      expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('imprimatur-')]);
    }
  });

  it('is attached by planners alone, and to what they may know of', async () => {
    expect(await refusalOf(() => alliance.requester.client.attach(documentId, file()))).toEqual(['access']);
    const low = file({ mark: '(NS)', bytes: PNG, mediaType: 'image/png' });
    const hidden = await planner.client.importDocument(PACKAGE.text());
    // INVARIANT (noninterference): a document may hold more than they see; that makes no difference.
    expect(await refusalOf(() => junior.client.attach(documentId, low))).toEqual([]);
    expect(await refusalOf(() => junior.client.attach(hidden.id, low))).toEqual(['not-found']);
    expect(await refusalOf(() => junior.client.attach(randomUUID(), low))).toEqual(['not-found']);
  });
});

describe('no_write_down, of attachments', () => {
  const WORDS =
    'EXERCISE The depots of the southern ports hold nothing but tents, and what was promised for the spring has been lent to another corps.';
  let other: string;

  beforeAll(async () => {
    ({ id: other } = await planner.client.importDocument(PACKAGE.markedAs('NATO UNCLASSIFIED').text()));
    await planner.client.attach(
      documentId,
      file({ name: 'EXERCISE depots.txt', mediaType: 'text/plain', bytes: Buffer.from(WORDS) }),
    );
    await planner.client.attach(documentId, file({ name: 'EXERCISE plan.png', mediaType: 'image/png', bytes: PNG }));
  });

  it('the same bytes are not attached under a lower mark by who reads them under a higher one', async () => {
    const lower = file({ name: 'EXERCISE other.png', mark: '(NS)', mediaType: 'image/png', bytes: PNG });
    expect(await refusalOf(() => planner.client.attach(other, lower))).toEqual(['written-down']);
    const admin = alliance.house.databases.main('superuser');
    const open = await changedFunction(admin, 'sec.same_bytes(text)', 'encode(a.sha256', 'false AND encode(a.sha256');
    expect(await takenAway(admin, [open], () => refusalOf(() => planner.client.attach(other, lower)))).toEqual([]);
  });

  it('nor are words of a portion or of another attachment, in a file or in its name, nor those of a file in a portion', async () => {
    const text = (words: string, name = 'EXERCISE.txt') =>
      file({ name, mark: '(NS)', mediaType: 'text/plain', bytes: Buffer.from(words) });
    const kept = 'EXERCISE The reserve brigades named in annex seven will not be ready before the winter.';
    const retold = WORDS.replace('nothing', 'little').replace('spring', 'summer');
    for (const one of [text(`EXERCISE Notes.\n${kept}`), text(retold), text('EXERCISE.', `${kept}.txt`)])
      expect(await refusalOf(() => planner.client.attach(other, one))).toEqual(['written-down']);
    const paper = aDocument().underBanner('NATO SECRET').titled('(NU) EXERCISE Notes').saying(`(NS) ${retold}`);
    await expect(planner.client.importDocument(paper.text())).rejects.toMatchObject({
      problem: { faults: [{ code: 'written-down', reason: expect.stringContaining('(CTS)') as string }] },
    });
    expect(await refusalOf(() => junior.client.importDocument(paper.text()))).toEqual([]);
  });
});

describe('a document that may be read only whole', () => {
  const whole = (builder = PACKAGE) => builder.text().replace('exercise: true', 'exercise: true\nreading: whole');
  let id: string;

  beforeAll(async () => {
    ({ id } = await planner.client.importDocument(whole()));
  });

  it('says so, and is there for who may read all of it alone', async () => {
    expect(await planner.client.document(id)).toMatchObject({ extractable: false, portions: { length: 5 } });
    expect((await planner.client.document(documentId)).extractable).toBe(true);
    expect(await refusalOf(() => junior.client.document(id))).toEqual(['not-found']);
  });

  it('has no portion, no version and no attachment that asks more than it does itself', async () => {
    await expect(planner.client.importDocument(whole(PACKAGE.markedAs('NATO SECRET')))).rejects.toMatchObject({
      problem: { faults: [{ code: 'beyond-the-whole' }, { code: 'beyond-the-whole' }] },
    });
    await expect(planner.client.importVersion(id, PACKAGE.text())).rejects.toMatchObject({
      problem: { faults: [{ code: 'reading' }] },
    });
    await planner.client.importVersion(id, whole(PACKAGE.saying('(NS) EXERCISE One paragraph more.')));
    const low = aDocument().underBanner('NATO SECRET').titled('(NS) EXERCISE Only whole');
    const secret = await planner.client.importDocument(whole(low));
    expect(await refusalOf(() => planner.client.attach(secret.id, file()))).toEqual(['beyond-the-whole']);
    const covered = file({ mark: '(NS)', bytes: Buffer.concat([PDF, Buffer.from('4')]) });
    expect(await refusalOf(() => planner.client.attach(secret.id, covered))).toEqual([]);
    expect((await junior.client.document(secret.id)).attachments).toHaveLength(1);
  });

  it('gives no part of itself to a case: all of it as it is, or nothing', async () => {
    const { requester, house } = alliance;
    const document = await requester.client.document(id);
    const request = aRequest(document, house.clock.now());
    expect(await refusalOf(() => requester.client.submitCase(request))).toEqual(['read-only-whole']);
    const items = document.portions.map((portion) => ({ portion: portion.id, treatment: 'include' as const }));
    const caseId = await requester.client.submitCase({ ...request, items });
    const { title, summary, window } = request;
    expect(
      await refusalOf(() => requester.client.amendCase(caseId, { title, summary, window, items: request.items })),
    ).toEqual(['read-only-whole']);
  });

  it('says of every portion that it is a part of it, whatever a captured api writes', async () => {
    const api = await captured(alliance.house, 'api');
    const rows = await api
      .as(planner)
      .run<{ extractable: boolean; n: number }>(
        `SELECT p.extractable, count(*)::int AS n FROM portion p WHERE p.document_id = ANY ($1) GROUP BY 1 ORDER BY 1`,
        [[id, documentId]],
      );
    expect(rows).toEqual([
      { extractable: false, n: 11 },
      { extractable: true, n: 5 },
    ]);
    await api.close();
  });
});

describe('a captured api', () => {
  it('attaches nothing to what it may not know of, nor under what it does not hold, nor in the name of another', async () => {
    const hidden = await planner.client.importDocument(PACKAGE.text());
    const api = await captured(alliance.house, 'api');
    const insert = `INSERT INTO attachment (id, document_id, protection_id, document_protection_id, name, media_type, bytes, created_at, created_by)
      SELECT gen_random_uuid(), $1, coalesce($3, p.id), p.id, 'EXERCISE', 'application/pdf', '\\x25', now(), $2 FROM protection p ORDER BY p.id LIMIT 1`;
    const [above] = await api
      .as(planner)
      .run<{ id: number }>(`SELECT id FROM protection WHERE label ->> 'classification' = 'TOP SECRET' LIMIT 1`);
    const as = api.as(junior);
    expect(await as.attempt(insert, [hidden.id, junior.person, null])).toBe('42501');
    expect(await as.attempt(insert, [randomUUID(), junior.person, null])).toBe('42501');
    expect(await as.attempt(insert, [documentId, junior.person, above?.id])).toBe('42501');
    expect(await as.attempt(insert, [documentId, planner.person, null])).toBe('42501');
    expect(await as.attempt(insert, [documentId, junior.person, null])).toBe('done');
    expect(await as.attempt('UPDATE attachment SET name = name')).toBe('42501');
    expect(await as.attempt('DELETE FROM attachment')).toBe('42501');
    await api.close();
  });
});
