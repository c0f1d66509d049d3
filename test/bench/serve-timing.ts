import { type AllianceHouse, PACKAGE, openAllianceHouse, submittedCase } from '../support/alliance';
import { aDocument } from '../support/documents';

/** What the parent needs to ask about what is hidden. */
export interface ServedTiming {
  readonly url: string;
  readonly authorization: string;
  readonly document: string;
  readonly caseId: string;
  readonly attachment: string;
}

/** Words that stand in one hidden portion, and in a thousand. EXERCISE. */
export const WORDS = { rare: 'basilisk', frequent: 'chimera', absent: 'cockatrice' } as const;

const PORTIONS = 1_000;
const DOCUMENTS = 200;

/** A child process of the bench: the api over hidden documents, a hidden case and a hidden attachment, and a reader who holds none. */
async function serve(): Promise<void> {
  const alliance = await openAllianceHouse();
  const { house, planner, official } = alliance;
  await fill(alliance);
  const { caseId, documentId } = await submittedCase(alliance);
  const bytes = Buffer.from('EXERCISE The annex.');
  const file = { name: 'annex.txt', mark: '(CTS)', mediaType: 'text/plain', bytes };
  const { id: attachment } = await planner.client.attach(documentId, file);
  await official.client.documents();
  const served: ServedTiming = {
    url: house.url,
    authorization: `Bearer ${official.sid}`,
    document: documentId,
    caseId,
    attachment,
  };
  process.send?.(served);
  process.on('disconnect', () => {
    process.exit(0);
  });
}

async function fill({ planner }: AllianceHouse): Promise<void> {
  const sentences = Array.from(
    { length: PORTIONS },
    (_unused, n) => `(CTS) EXERCISE A ${WORDS.frequent} of number ${String(n)} is late.`,
  );
  const text = aDocument()
    .titled(`(CTS) EXERCISE The ${WORDS.rare}`)
    .saying(...sentences)
    .text();
  await planner.client.importDocument(text);
  for (let n = 0; n < DOCUMENTS; n += 1)
    await planner.client.importDocument(PACKAGE.saying(`(CTS) EXERCISE Package ${String(n)}.`).text());
}

if (process.send !== undefined) void serve();
