import type { Command } from 'commander';
import type { DocumentListView, DocumentView } from '#contracts';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, idArgument, withExamples } from '../command-group';
import { type Narrowing, narrowed, narrowingOf } from '../narrowing';
import { indented, neutral } from '../neutral';
import { type PageOptions, pageOf, printPage, withPage } from '../pages';
import type { Terminal } from '../terminal';

interface ShowOptions extends ApiOptions {
  readonly version?: number;
  readonly json?: boolean;
}

/** `document list`, `document show`: each reader gets their cut, every portion behind its mark. */
export function registerDocument(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'document', 'documents, of which everybody gets their cut');
  withExamples(
    narrowed(
      withPage(speakingToApi(group.command('list').description('the documents that you may know of, newest first'))),
    ),
    'document list --limit 20',
    'document list --policy NATO --classification SECRET --count',
  ).action(
    answering(io, async (options: ApiOptions & PageOptions & Narrowing): Promise<Answer> => {
      const asked = { ...pageOf(options), ...narrowingOf(options) };
      const page = await asClient(options, terminal, (client) => client.documents(asked));
      return printPage(io, page, inLine, options.json);
    }),
  );
  withExamples(
    speakingToApi(group.command('show').description('your cut of a document, under its banner'))
      .argument('<document>', 'the id of the document', idArgument)
      .option('--version <n>', 'a version, in your own counting (else the last)', countArgument)
      .option('--json', 'print it as JSON'),
    'document show 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66',
  ).action(
    answering(io, async (id: string, options: ShowOptions): Promise<Answer> => {
      const view = await asClient(options, terminal, (client) => client.document(id, options.version));
      io.out(options.json === true ? JSON.stringify(view, null, 2) : inWords(view).join('\n'));
      return 0;
    }),
  );
}

/** Of a title only who holds it reads it; the mark before the id is that of the document. */
const inLine = ({ id, mark, title, originator, createdAt }: DocumentListView['items'][number]): string =>
  neutral(`${id}  ${createdAt}  ${originator}  ${mark} ${title ?? ''}`.trimEnd());

function inWords({
  id,
  banner,
  originator,
  version,
  date,
  exercise,
  extractable,
  portions,
  attachments,
}: DocumentView): string[] {
  return [
    neutral(banner),
    neutral(
      `document ${id}, version ${String(version)} of ${date}, from ${originator}${exercise ? ', EXERCISE' : ''}${extractable ? '' : ', to be read only whole'}`,
    ),
    ...portions.flatMap(({ n, mark, text, originator: source }) => {
      const from = source === originator ? '' : ` [${source}]`;
      const [first = '', ...rest] = text.split(/\r?\n/);
      const head = neutral(`${String(n)}. ${mark}${from} ${first}`);
      return ['', head, ...(rest.length === 0 ? [] : [indented(rest.join('\n'))])];
    }),
    ...(attachments.length === 0 ? [] : ['']),
    ...attachments.map(({ id: attachment, name, mark, mediaType, bytes }) =>
      neutral(`attached ${attachment}  ${mark} ${name}  ${mediaType}, ${String(bytes)} bytes`),
    ),
    '',
    neutral(banner),
  ];
}
