import { aRequest, decideAs } from './alliance';
import { aDocument } from './documents';
import { type Act, OWN_LIST, READERS, at, attached, tellPerson, wordsOf } from './noninterference-ground';

const OPEN_MARKS = ['(NU)', '(NR)', '(NC)', '(NS)', '(PUBLIC)', '(NR)', '(NU)'] as const;

/** Acts that every reader's answers may show: the same in both worlds. */
export const OPEN_ACTS: Readonly<Record<string, Act>> = {
  'a document comes in': async (ground, lot) => {
    const body = (n: number): string => wordsOf(`open ${String(ground.documents.length)} ${String(lot)} ${String(n)}`);
    const builder = aDocument()
      .underBanner('NATO SECRET')
      .markedAs(at(['NATO UNCLASSIFIED', 'NATO RESTRICTED', 'NATO SECRET', 'PUBLIC'], lot))
      .titled(`${at(['(NU)', '(NR)', '(PUBLIC)'], lot)} ${body(0)}`)
      .saying(...Array.from({ length: 2 + (lot % 3) }, (_none, n) => `${at(OPEN_MARKS, lot + n)} ${body(n + 1)}`))
      .withTargets(['(NR)', 'DEU', body(9), lot + 2, lot + 4, 'systems', 2032]);
    const text = builder.text();
    const { id } = await ground.alliance.planner.client.importDocument(text);
    ground.documents.push({ id, text });
  },
  'a version comes in': async (ground, lot) => {
    const document = at(ground.documents, lot);
    const text = `${document.text}\n(NU) ${wordsOf(`version ${document.text} ${String(lot)}`)}\n`;
    await ground.alliance.planner.client.importVersion(document.id, text);
    document.text = text;
  },
  'a case is opened': async (ground, lot) => {
    const document = await ground.colleague.client.document(at(ground.documents, lot).id);
    const items = document.portions.map(({ id }) => ({ portion: id, treatment: 'include' as const }));
    const now = ground.alliance.house.clock.now();
    const title = wordsOf(`case ${String(ground.cases.length)} ${String(lot)}`);
    ground.cases.push(await ground.colleague.client.submitCase(aRequest(document, now, { items, title })));
  },
  'a case is frozen': async (ground) => {
    const id = await ground.colleague.client
      .cases()
      .then(({ items }) => items.find(({ state }) => state === 'draft')?.id);
    if (id === undefined) return;
    await ground.colleague.client.freezeCase(id);
    await decideAs(ground.alliance.originator, id);
  },
  'somebody asks a reader to be let in': async (ground) => {
    const { rows } = await ground.sql.query<{ id: string }>(
      `INSERT INTO access_request (id, list, person_id, asked_at, wanted_until)
       VALUES (exercise.uuid(), $1, $2, exercise.now(), exercise.now() + interval '1 day') ON CONFLICT DO NOTHING RETURNING id`,
      [OWN_LIST, ground.colleague.person],
    );
    ground.requests.push(...rows.map(({ id }) => id));
  },
  'a file is attached': async (ground, lot) => {
    const { id } = at(ground.documents, lot);
    ground.attachments.push(
      await attached(ground, ground.colleague, id, '(NR)', wordsOf(`open file ${String(lot)} ${id}`)),
    );
  },
  'a reader is told of a case': async (ground, lot) => {
    if (ground.cases.length === 0) return;
    ground.notifications.push(
      await tellPerson(
        ground,
        ground.readers[at(READERS, lot)].person,
        at(ground.cases, lot),
        ground.notifications.length,
      ),
    );
  },
};
