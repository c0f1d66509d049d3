import type { Command } from 'commander';
import type { ApiClient, AskedDecision } from '#client';
import { CASE_ACTIONS, type CaseAction, DOCUMENT_ACTIONS, type DocumentAction } from '#contracts';
import { decisionInWords } from '../decision-words';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { idArgument, momentArgument, withExamples } from '../command-group';
import type { Terminal } from '../terminal';

interface ExplainOptions extends ApiOptions {
  readonly case?: true;
  readonly portion?: string;
  readonly action: string;
  readonly person?: string;
  readonly at?: string;
  readonly plain?: true;
  readonly json?: boolean;
}

/** `explain`: why one may or may not; for a security officer, why somebody else may or may not, now or then. */
export function registerExplain(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    speakingToApi(
      program
        .command('explain')
        .description('why you may or may not, check by check: 0 you may, 1 you may not')
        .argument('<id>', 'a document that you may know of; with --case a case', idArgument)
        .option('--case', 'the id is that of a case')
        .option('--portion <id>', 'a portion of the document', idArgument)
        .option('--action <action>', 'what you would do', 'read')
        .option('--person <id>', 'for security officers: why this person may or may not', idArgument)
        .option('--at <moment>', 'with --person: as of a moment that has passed', momentArgument)
        .option('--plain', 'with --person: in a session that is not stepped up')
        .option('--json', 'print it as JSON'),
    ),
    'explain 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66',
    'explain 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 --person 0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11 --at 2026-06-01T12:00:00Z',
  ).action(
    answering(io, async (id: string, options: ExplainOptions): Promise<Answer> => {
      const view = await asClient(options, terminal, (client) => asked(client, id, options));
      const of = `${options.case === true ? 'case' : 'document'} ${id}`;
      io.out(options.json === true ? JSON.stringify(view, null, 2) : decisionInWords(view, of).join('\n'));
      return view.effect === 'permit' ? 0 : 1;
    }),
  );
}

function asked(client: ApiClient, id: string, options: ExplainOptions) {
  const { person, portion, at, plain } = options;
  if (person !== undefined) {
    const decision: AskedDecision = {
      person,
      ...(options.case === true ? { case: id } : { document: id }),
      ...(portion === undefined ? {} : { portion }),
      ...(at === undefined ? {} : { at }),
      action: options.case === true ? caseAction(options.action) : documentAction(options.action),
      steppedUp: plain !== true,
    };
    return client.examineDecision(decision);
  }
  if (at !== undefined || plain === true) throw new CannotTell('--at and --plain are for --person');
  if (options.case === true) return client.explainCase(id, caseAction(options.action));
  return client.explainDocument(id, {
    action: documentAction(options.action),
    ...(portion === undefined ? {} : { portion }),
  });
}

const documentAction = (action: string): DocumentAction => oneOf(DOCUMENT_ACTIONS, action, 'document');
const caseAction = (action: string): CaseAction => oneOf(CASE_ACTIONS, action, 'case');

function oneOf<Action extends string>(actions: readonly Action[], asked: string, kind: string): Action {
  const found = actions.find((action) => action === asked);
  if (found === undefined) throw new CannotTell(`nobody does ${asked} to a ${kind}: ${actions.join(', ')}`);
  return found;
}
