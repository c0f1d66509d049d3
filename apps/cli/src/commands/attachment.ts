import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { type AttachmentMediaType, attachmentMediaTypeSchema } from '#contracts';
import { type Answer, CannotTell, answering } from '../answer';
import { type ApiOptions, asClient, speakingToApi } from '../api-access';
import type { CliIo } from '../cli-io';
import { groupOf, idArgument, withExamples } from '../command-group';
import { writeSecret } from '../files';
import { neutral } from '../neutral';
import type { Terminal } from '../terminal';

interface AttachOptions extends ApiOptions {
  readonly mark: string;
  readonly name?: string;
  readonly type?: string;
  readonly json?: boolean;
}

interface FetchOptions extends ApiOptions {
  readonly out: string;
}

const TYPES: Readonly<Record<string, AttachmentMediaType>> = {
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.md': 'text/markdown',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** `document attach`, `document attachment`: files that belong to a document, each under a mark of its own. */
export function registerAttachment(program: Command, io: CliIo, terminal: Terminal): void {
  const group = groupOf(program, 'document', 'documents, of which everybody gets their cut');
  withExamples(
    speakingToApi(group.command('attach').description('attach a file to a document of which you see the whole'))
      .argument('<document>', 'the id of the document', idArgument)
      .argument('<file>', 'the file')
      .requiredOption('--mark <mark>', 'the mark under which the file stands, its name included')
      .option('--name <name>', 'what it is called there (else as here)')
      .option('--type <type>', `its media type (else by its ending): ${attachmentMediaTypeSchema.options.join(', ')}`)
      .option('--json', 'print the outcome as JSON'),
    'document attach 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 map.pdf --mark "NATO SECRET"',
  ).action(
    answering(io, async (document: string, path: string, options: AttachOptions): Promise<Answer> => {
      const mediaType = typeOf(path, options.type);
      const file = { name: options.name ?? basename(path), mark: options.mark, mediaType, bytes: io.readFile(path) };
      const attached = await asClient(options, terminal, (client) => client.attach(document, file));
      if (options.json === true) io.out(JSON.stringify(attached, null, 2));
      else io.out(`${attached.id}  sha256 ${attached.sha256}`);
      return 0;
    }),
  );
  withExamples(
    speakingToApi(group.command('attachment').description('fetch a file that is attached to a document'))
      .argument('<document>', 'the id of the document', idArgument)
      .argument('<attachment>', 'the id of the attachment (see document show)', idArgument)
      .requiredOption('--out <file>', 'where it is written, for your eyes only; a file that is there stays as it is'),
    'document attachment 8a4c2f6e-1b0d-4a43-9c39-5a2f1e0c7b66 0d1f0a52-7f7e-4f3c-8a53-6b3c1d2e4f50 --out map.pdf',
  ).action(
    answering(io, async (document: string, attachment: string, options: FetchOptions): Promise<Answer> => {
      const bytes = await asClient(options, terminal, (client) => client.attachment(document, attachment));
      writeSecret(options.out, Buffer.from(bytes));
      io.out(neutral(`${options.out}: ${String(bytes.length)} bytes`));
      return 0;
    }),
  );
}

function typeOf(path: string, named: string | undefined): AttachmentMediaType {
  const type = attachmentMediaTypeSchema.safeParse(named ?? TYPES[extname(path).toLowerCase()]);
  if (type.success) return type.data;
  throw new CannotTell(`${path}: name its media type with --type: ${attachmentMediaTypeSchema.options.join(', ')}`);
}
