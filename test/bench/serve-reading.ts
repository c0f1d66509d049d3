import Fastify from 'fastify';
import { Pool } from 'pg';
import { READING } from '../../libs/records/src/store/reading.store';
import { aDocument } from '../support/documents';
import { openHouse } from '../support/house';
import { aPerson } from '../support/people';

/** What the parent needs to ask both servers the same question. */
export interface ServedReading {
  readonly ours: string;
  /** The rows of the document's portions and nothing else. */
  readonly bare: string;
  /** The very statement of the read, without a session, a decision or a record. */
  readonly same: string;
  readonly authorization: string;
}

const PORTIONS = `SELECT id, version_id AS "versionId", ordinal, kind, protection_id AS "protectionId", originator, body, nation, area,
  quantity_now AS "quantityNow", quantity_required AS "quantityRequired", unit, due_year AS "dueYear"
  FROM portion WHERE document_id = $1 ORDER BY version_id, ordinal`;

/** A child process of the bench: the api with one document, and beside it a bare handler that does the same SELECT unaudited. */
async function serve(): Promise<void> {
  const house = await openHouse();
  const { planner, reader } = await house.enrol({
    planner: aPerson('planner').clearedTo('TOP SECRET').inRole('planner'),
    reader: aPerson('reader').from('DEU').clearedTo('TOP SECRET'),
  });
  const paragraphs = Array.from({ length: 30 }, (_unused, n) => {
    const mark = n % 3 === 0 ? '(CTS)' : '(NS)';
    return `${mark} EXERCISE Paragraph ${String(n)} speaks of one more capability that is wanted and when it is wanted.`;
  });
  const text = aDocument()
    .titled('(NU) EXERCISE A package')
    .saying(...paragraphs)
    .text();
  const { id } = await planner.client.importDocument(text);
  const pool = new Pool({ connectionString: house.databases.main('superuser'), max: 10 });
  const bare = Fastify();
  bare.get('/documents/:id', async (request) => {
    const { rows } = await pool.query(PORTIONS, [(request.params as { id: string }).id]);
    return { portions: rows as unknown[] };
  });
  bare.get('/readings/:id', async (request) => {
    const { rows } = await pool.query(READING, [(request.params as { id: string }).id]);
    return rows[0] as unknown;
  });
  const bareUrl = await bare.listen({ port: 0, host: '127.0.0.1' });
  const served: ServedReading = {
    ours: `${house.url}/api/documents/${id}`,
    bare: `${bareUrl}/documents/${id}`,
    same: `${bareUrl}/readings/${id}`,
    authorization: `Bearer ${reader.sid}`,
  };
  process.send?.(served);
  process.on('disconnect', () => {
    process.exit(0);
  });
}

void serve();
