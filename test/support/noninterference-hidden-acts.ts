import { createHash } from 'node:crypto';
import { Sealer, type SignedState } from '#audit';
import { bodyDigest } from '../../libs/records/src/write-down';
import { aRequest } from './alliance';
import { aDocument } from './documents';
import { hideTargetIn } from './hidden-target';
import {
  type Act,
  type Ground,
  HIDDEN_AREA,
  HIDDEN_LIST,
  HIDDEN_NATION,
  HIGH_WORDS,
  LISTS,
  READERS,
  READ_IN,
  STAFF_WORDS,
  at,
  attached,
  tellPerson,
  wordsOf,
} from './noninterference-ground';

const HIDDEN_MARKS = ['(CTS)', '(NR)', '(NC)', '(NS)'] as const;

/** Acts that no reader may know of: done in one of the two worlds alone. */
export const HIDDEN_ACTS: Readonly<Record<string, Act>> = {
  'a hidden document': async (ground, lot) => {
    const text = aDocument()
      .titled(`(CTS) ${wordsOf(`hidden ${String(lot)} ${String(ground.hidden.documents.length)}`)}`)
      .saying(
        ...HIDDEN_MARKS.map((mark, n) => `${mark} ${wordsOf(`hidden ${String(lot)} ${mark} ${String(n)}`)}`),
        `(CTS) ${at(HIGH_WORDS, lot)}`,
      )
      .withTargets(['(CTS)', 'DEU', wordsOf(`hidden area ${String(lot)}`), 4000 + lot, 9000 + lot, 'systems', 2032])
      .text();
    await keepHidden(ground, (await ground.keeper.client.importDocument(text)).id);
  },
  'a hidden document under a low mark': async (ground, lot) => {
    const text = aDocument()
      .underBanner('NATO RESTRICTED')
      .forThose('community:NDPP-STAFF')
      .titled(`(NU) ${wordsOf(`staff ${String(lot)}`)}`)
      .saying(`(NR) ${wordsOf(`staff only ${String(lot)}`)}`, `(NR) ${at(STAFF_WORDS, lot)}`)
      .text();
    ground.hidden.staffDocuments.push((await ground.keeper.client.importDocument(text)).id);
  },
  'a hidden portion in a document that is seen': async (ground, lot) => {
    const { id } = at(ground.documents, lot);
    ground.touched.push(id);
    const text = lot % 2 === 0 ? wordsOf(`hidden portion ${String(lot)}`) : at(HIGH_WORDS, lot);
    ground.hidden.portions.push(await slipIn(ground, id, { place: 1 + (lot % 4), text, lot }));
  },
  'a hidden version of a document that is seen': async (ground, lot) => {
    const document = at(ground.documents, lot);
    const text = document.text.replace('banner: NATO SECRET', 'banner: COSMIC TOP SECRET');
    ground.touched.push(document.id);
    const hidden = `(CTS) ${wordsOf(`hidden version ${String(lot)} ${document.id}`)}`;
    await ground.keeper.client.importVersion(document.id, `${text}\n${hidden}\n`);
  },
  'a hidden file': async (ground, lot) => {
    const { id } = at(ground.documents, lot);
    const text = lot % 2 === 0 ? wordsOf(`hidden file ${String(lot)} ${id}`) : at(HIGH_WORDS, lot);
    ground.hidden.attachments.push(await attached(ground, ground.keeper, id, '(CTS)', text));
    for (const hidden of ground.hidden.documents.slice(-1))
      ground.hidden.attachments.push(
        await attached(ground, ground.keeper, hidden, '(CTS)', wordsOf(`beside ${hidden} ${String(lot)}`)),
      );
  },
  'a hidden case': async (ground, lot) => {
    if (ground.hidden.documents.length === 0) return;
    const { keeper, alliance } = ground;
    const document = await keeper.client.document(at(ground.hidden.documents, lot));
    const items = document.portions.map(({ id }) => ({
      portion: id,
      treatment: 'withhold' as const,
      reasonCode: 'PLANS',
    }));
    const [first] = items;
    if (first === undefined) return;
    const substitute = { portion: first.portion, treatment: 'substitute' as const, text: 'EXERCISE A word.' };
    const request = aRequest(document, alliance.house.clock.now(), { items: [substitute, ...items.slice(1)] });
    ground.hidden.cases.push(await keeper.client.submitCase(request));
  },
  'a hidden target in a case that is seen': async (ground, lot) => {
    if (ground.hidden.documents.length === 0 || ground.cases.length === 0) return;
    const caseId = at(ground.cases, lot);
    const { rows } = await ground.sql.query<{ n: string }>('SELECT count(*) AS n FROM portion');
    const portion = `0000${String(rows[0]?.n).padStart(4, '0')}-0000-4000-8000-0000000000ca`;
    await hideTargetIn(ground.sql, caseId, { portion, nation: HIDDEN_NATION, area: HIDDEN_AREA });
    ground.hidden.portions.push(portion);
  },
  'others are told of a case': async (ground, lot) => {
    for (const caseId of [...ground.cases.slice(-1), ...ground.hidden.cases.slice(-1)])
      ground.hidden.notifications.push(await tellPerson(ground, ground.keeper.person, caseId, lot));
  },
  'readers are told of a case that they lost sight of': async (ground, lot) => {
    for (const caseId of ground.hidden.cases.slice(-1))
      for (const reader of READERS)
        ground.hidden.notifications.push(await tellPerson(ground, ground.readers[reader].person, caseId, lot));
  },
  'a token of another': async (ground) => {
    const made = await ground.keeper.client.issueToken({ name: 'EXERCISE', scopes: ['me'], expiresInDays: 1 });
    ground.hidden.tokens.push(made.id);
  },
  'a session of another': async (ground) => {
    await ground.alliance.house.openSession(ground.keeper.person);
  },
  'a statement of another': async (ground, lot) => {
    const { keeper, alliance } = ground;
    const { authority } = alliance.house;
    const person = `0000000${String(lot % 10)}-0000-4000-8000-000000000000`;
    const statement = await authority.person({ person, identity: `newcomer.${String(lot)}` });
    authority.statements.pop();
    ground.hidden.instruments.push(await keeper.client.submitInstrument(statement));
  },
  'a clearance of another': async (ground, lot) => {
    await ground.sql.query(
      `INSERT INTO clearance (id, person_id, policy, classifications, categories, valid_from, valid_until, instrument_id)
       SELECT gen_random_uuid(), $1, 'NATO', ARRAY['UNCLASSIFIED', 'SECRET'], '[]', now() - interval '1 day', now() + interval '1 day', id
         FROM instrument LIMIT 1`,
      [lot % 2 === 0 ? ground.keeper.person : ground.alliance.norway.person],
    );
  },
  'a list that is not listed': async (ground) => {
    await ground.sql.query(
      `INSERT INTO access_list (name, kind, title, approvers, listed, read_in, longest_days, instrument_id)
       SELECT $1, 'list', 'EXERCISE', ARRAY[$2::uuid], false, $3, 90, id FROM instrument LIMIT 1 ON CONFLICT DO NOTHING`,
      [HIDDEN_LIST, ground.keeper.person, READ_IN],
    );
  },
  'another is let into a list': async (ground, lot) => {
    await ground.sql.query(
      `INSERT INTO access_entry (id, list, person_id, valid_from, valid_until, granted_by, kid, instrument_id)
       SELECT exercise.uuid(), $1, $2, exercise.now() - interval '1 hour', exercise.now() + interval '1 day', $2, 'EXERCISE', id FROM instrument LIMIT 1`,
      [at(LISTS, lot), ground.keeper.person],
    );
  },
  'another asks to be let in': async (ground, lot) => {
    const { rows } = await ground.sql.query<{ id: string }>(
      `INSERT INTO access_request (id, list, person_id, asked_at, wanted_until)
       VALUES (exercise.uuid(), $1, $2, exercise.now(), exercise.now() + interval '1 day') ON CONFLICT DO NOTHING RETURNING id`,
      [at(LISTS, lot), ground.keeper.person],
    );
    ground.hidden.requests.push(...rows.map(({ id }) => id));
  },
  'another breaks glass': async (ground) => {
    const [document] = ground.hidden.staffDocuments;
    if (document === undefined) return;
    const { rows } = await ground.sql.query<{ id: string }>(
      `INSERT INTO break_glass (id, person_id, identity, document_id, opened_at, until)
       VALUES (exercise.uuid(), $1, 'keeper', $2, exercise.now(), exercise.now() + interval '1 hour') RETURNING id`,
      [ground.keeper.person, document],
    );
    ground.hidden.breakings.push(...rows.map(({ id }) => id));
  },
  'others read': async (ground) => {
    const { keeper } = ground;
    await keeper.client.documents();
    for (const id of ground.hidden.documents.slice(-2)) await keeper.client.document(id);
  },
  'the record is sealed': async (ground) => {
    const { house } = ground.alliance;
    const key = { name: `${house.authority.installation}/ledger`, seed: house.authority.logSeeds.ledger };
    const { sealer } = ground;
    const memory = { read: () => sealer.signed, write: (state: SignedState) => void (sealer.signed = state) };
    await new Sealer(await house.as('sealer'), key, memory).seal();
  },
};

async function keepHidden(ground: Ground, id: string): Promise<void> {
  ground.hidden.documents.push(id);
  const { portions } = await ground.keeper.client.document(id);
  ground.hidden.portions.push(...portions.map((portion) => portion.id));
}

/** A portion that only the highest read, set into the newest version of a document as if it had come in with it. */
async function slipIn(
  { sql }: Ground,
  documentId: string,
  { place, text, lot }: { readonly place: number; readonly text: string; readonly lot: number },
): Promise<string> {
  const { rows } = await sql.query<{ version: string; protection: number; after: number }>(
    `WITH newest AS (SELECT id FROM version WHERE document_id = $1 ORDER BY ordinal DESC LIMIT 1),
          made AS (INSERT INTO protection (label, need_to_know) SELECT label, ARRAY['everyone'] FROM protection
                    WHERE label ->> 'classification' = 'TOP SECRET' ORDER BY id LIMIT 1
                    ON CONFLICT (label, need_to_know) DO UPDATE SET label = excluded.label RETURNING id)
     SELECT newest.id AS version, made.id AS protection,
            coalesce((SELECT ordinal FROM portion WHERE version_id = newest.id ORDER BY ordinal OFFSET $2 LIMIT 1), 2000000) AS after
       FROM newest, made`,
    [documentId, place],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('nobody has marked anything as top secret yet');
  const { version, after } = found;
  await sql.query('UPDATE portion SET ordinal = ordinal + 1000000 WHERE version_id = $1 AND ordinal > $2', [
    version,
    after,
  ]);
  await sql.query('UPDATE portion SET ordinal = ordinal - 999999 WHERE version_id = $1 AND ordinal > 1000000', [
    version,
  ]);
  const id = `${createHash('sha256')
    .update(`${documentId} ${String(lot)} ${text}`)
    .digest('hex')
    .slice(0, 8)}-0000-4000-8000-00000000cafe`;
  await sql.query(
    `INSERT INTO portion (id, version_id, document_id, ordinal, kind, protection_id, document_protection_id, originator, body, body_digest)
     SELECT $1, $2, $3, $4, 'paragraph', $5, protection_id, 'ACT', $6, decode($7, 'hex') FROM document WHERE id = $3`,
    [id, version, documentId, after + 1, found.protection, text, bodyDigest(text)],
  );
  // What is listed and searched is kept beside the portions, by their places.
  for (const table of ['sec.current_target', 'sec.current_words'])
    await sql.query(`DELETE FROM ${table} WHERE version_id = $1`, [version]);
  await sql.query('SELECT sec.put_in_force(ARRAY[$1::uuid])', [version]);
  return id;
}
