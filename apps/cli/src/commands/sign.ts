import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { ApiClient } from '#client';
import { type PrivateJwk, thumbprint } from '#signing';
import { type SpeakingAs, type Verdict, signDecision } from '#workflow';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import { chosenCapacity } from '../capacity';
import type { CliIo } from '../cli-io';
import { idArgument, withExamples } from '../command-group';
import { confirmSigning } from '../confirm';
import { jsonBytes, writeSecret } from '../files';
import { readPrivateKey } from '../keys';
import { neutral } from '../neutral';
import { type CheckedFile, type CheckedProposal, checkedProposal } from '../proposal';
import { capacityInWords, proposalInWords } from '../proposal-words';
import { type ReasonOptions, reasonOf, withReason } from '../reason';
import type { Terminal } from '../terminal';

interface SignOptions extends ApiOptions, ReasonOptions {
  readonly key: string;
  readonly as?: string;
  readonly verdict: Verdict['verdict'];
  readonly save?: string;
  readonly out?: string;
  readonly yes?: boolean;
}

/** What is about to be signed, read and checked. */
interface Prepared {
  readonly checked: CheckedProposal;
  readonly as: SpeakingAs;
  readonly me: { readonly person: string; readonly identity: string };
}

/** `sign`: one person's decision on exactly the bytes that would leave. The private key stays in this process. */
export function registerSign(program: Command, io: CliIo, terminal: Terminal): void {
  withExamples(
    withReason(
      speakingToApi(
        program
          .command('sign')
          .description(
            'read the frozen proposal of a case in full, compare every file of it with its hash, and sign your decision',
          )
          .argument('<case>', 'the id of the case', idArgument)
          .requiredOption('--key <file>', 'your private key; it never leaves this process')
          .option('--as <stage[:seat]>', 'in which capacity, where several are open to you')
          .addOption(
            new Option('--verdict <verdict>', 'what you decide')
              .choices(['approve', 'object', 'return'])
              .default('approve'),
          )
          .option('--save <folder>', 'write the files there first, to be read before you answer')
          .option('--out <file>', 'write the signed decision there and do not hand it in')
          .option('--yes', 'sign without being asked'),
      ),
    ),
    'sign 5f0c3c2e-8f57-4f4e-9a55-0f7c1f3a9d10 --key minister.key.json --save ./read',
  ).action(
    answering(io, (caseId: string, options: SignOptions) => {
      const key = readPrivateKey(io, options.key);
      return asClient(options, terminal, (client) => sign(client, { io, terminal }, { caseId, key, options }));
    }),
  );
}

async function sign(
  client: ApiClient,
  { io, terminal }: { readonly io: CliIo; readonly terminal: Terminal },
  { caseId, key, options }: { readonly caseId: string; readonly key: PrivateJwk; readonly options: SignOptions },
): Promise<Answer> {
  const reason = await reasonOf(io, terminal, options);
  const me = await client.me();
  const { mark } = await client.case(caseId);
  const checked = await checkedProposal(client, caseId);
  const as = chosenCapacity(await client.capacities(caseId), options.as);
  if (options.save !== undefined) save(options.save, checked.files);
  show(io, { checked, as, me }, { caseId, mark, verdict: options.verdict, kid: thumbprint(key) });
  await confirmSigning(terminal, options.yes);
  const at = new Date().toISOString();
  const statement = await signDecision(checked.proposal, { ...me, key }, { as, verdict: options.verdict, at });
  if (options.out !== undefined) {
    io.writeFile(options.out, jsonBytes(statement));
    io.out(`signed, not handed in: hand it in with imprimatur case decide ${caseId} ${options.out}`);
    return 0;
  }
  const state = await client.decideCase(caseId, { statement, ...(reason === undefined ? {} : { reason }) });
  io.out(`signed and handed in; the case is ${state}`);
  return 0;
}

function show(
  io: CliIo,
  { checked, as, me }: Prepared,
  said: { readonly caseId: string; readonly mark: string; readonly verdict: string; readonly kid: string },
): void {
  const mark = neutral(said.mark);
  io.out(
    [
      mark,
      ...proposalInWords(checked, said.caseId, said.mark),
      '',
      'you sign',
      `verdict       ${said.verdict}`,
      `stage         ${capacityInWords(as)}`,
      neutral(`as            ${me.identity} (${me.person})`),
      `with the key  ${said.kid}`,
      mark,
    ].join('\n'),
  );
}

/** Files that stand under the mark of the case: nobody else may read them. */
function save(folder: string, files: readonly CheckedFile[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { name, bytes } of files) {
    if (name.includes('/') || name.includes('\\')) throw new CannotTell(`${name} is not the name of a file`);
    writeSecret(join(folder, name), Buffer.from(bytes));
  }
}
