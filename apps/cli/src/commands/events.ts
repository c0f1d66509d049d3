import { type Command, Option } from 'commander';
import type { AuditEventView, AuditQuery } from '#contracts';
import { type Answer, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { countArgument, groupOf, idArgument, momentArgument, withExamples } from '../command-group';
import { jsonBytes } from '../files';
import { neutral } from '../neutral';
import { type PageOptions, printPage, withPage } from '../pages';
import type { Terminal } from '../terminal';

type Filter = Partial<
  Pick<AuditQuery, 'person' | 'document' | 'case' | 'action' | 'outcome' | 'from' | 'to' | 'count'>
>;

/** `events`: the record, for auditors, and the proofs that `verify` checks offline. */
export function registerEvents(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'events', 'the record, for auditors: who did what, and the proofs of it');
  withExamples(
    filtered(
      withPage(
        speakingToApi(
          group
            .command('list', { isDefault: true })
            .description('events, newest first; the search is on the record itself'),
        ),
      ),
    ),
    'events --document 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 --action document.read',
  ).action(
    answering(io, async ({ api, user, json, ...query }: ApiOptions & PageOptions & Filter): Promise<Answer> => {
      const options = { ...(api === undefined ? {} : { api }), ...(user === undefined ? {} : { user }) };
      const page = await asClient(options, terminal, (client) => client.events(query));
      return printPage(io, page, inLine, json);
    }),
  );
  const proofs = [
    withExamples(
      group
        .command('proof')
        .description('the proof that an event is in the ledger')
        .argument('<event>', 'its id', idArgument),
      'events proof 01890a5d-ac96-774b-bcce-b302099a8057 --out proof.json',
    ),
    withExamples(
      group.command('checkpoint').description('the newest signed checkpoint of the ledger; keep one elsewhere'),
      'events checkpoint --out friday.json',
    ),
    withExamples(
      group
        .command('consistency')
        .description('the proof that the ledger only grew between two sizes')
        .argument('<first>', 'the leaves of the older checkpoint', countArgument)
        .argument('<second>', 'the leaves of the newer one', countArgument),
      'events consistency 1200 4711 --out proof.json',
    ),
  ] as const;
  for (const command of proofs) speakingToApi(command).option('--out <file>', 'where it goes (else it is printed)');
  const [proof, checkpoint, consistency] = proofs;
  proof.action(
    answering(io, async (id: string, options: ProofOptions) =>
      give(io, await asClient(options, terminal, (client) => client.eventProof(id)), options),
    ),
  );
  checkpoint.action(
    answering(io, async (options: ProofOptions) =>
      give(io, await asClient(options, terminal, (client) => client.checkpoint()), options),
    ),
  );
  consistency.action(
    answering(io, async (first: number, second: number, options: ProofOptions) =>
      give(io, await asClient(options, terminal, (client) => client.consistency(first, second)), options),
    ),
  );
}

interface ProofOptions extends ApiOptions {
  readonly out?: string;
}

const filtered = (command: Command): Command =>
  command
    .option('--person <id>', 'what this person did', idArgument)
    .option('--document <id>', 'what was done to this document', idArgument)
    .option('--case <id>', 'what was done to this case', idArgument)
    .option('--action <action>', 'one kind of action, such as document.read')
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['done', 'refused', 'failed']))
    .option('--from <moment>', 'from this moment on', momentArgument)
    .option('--to <moment>', 'up to this moment', momentArgument)
    .option('--count', 'say how many there are in all');

function give(io: CliIo, value: unknown, { out }: ProofOptions): Answer {
  if (out === undefined) io.out(JSON.stringify(value, null, 2));
  else io.writeFile(out, jsonBytes(value));
  return 0;
}

/** Ids and codes: a record holds no text of a document or a case. */
function inLine({
  id,
  at,
  action,
  outcome,
  office,
  person,
  thing,
  document,
  case: caseId,
  sealed,
}: AuditEventView): string {
  const about = [
    ...(thing === null ? [] : [`${thing.kind} ${thing.id}`]),
    ...(document === null || document === thing?.id ? [] : [`document ${document}`]),
    ...(caseId === null || caseId === thing?.id ? [] : [`case ${caseId}`]),
  ];
  const who = office ?? person ?? 'nobody';
  return neutral([at, id, `${action} ${outcome}`, who, ...about, sealed ? 'sealed' : 'not sealed yet'].join('  '));
}
