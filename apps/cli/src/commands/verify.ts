import { basename } from 'node:path';
import type { Command } from 'commander';
import { type Certificate, type ClaimedFile, certificateSchema, verifyCertificate } from '#certificate';
import { type Finding, type NoteKey, verifyEventProof } from '#ledger';
import { type Answer, CannotTell, answering } from '../answer';
import type { CliIo } from '../cli-io';
import { groupOf, withExamples } from '../command-group';
import { jsonOf } from '../files';
import { printFindings } from '../findings';
import { readTrust, verifierKey } from '../keys';
import { neutral } from '../neutral';
import { verifyConsistencyOf, verifyCheckpointOf } from '../verify-checkpoint';

interface LogOptions {
  readonly officers?: string;
  readonly logKey?: string;
  readonly json?: boolean;
}

interface CertificateOptions {
  readonly officers: string;
  readonly file?: readonly string[];
  readonly json?: boolean;
}

/** `verify`: checks offline, from the file and published keys alone. Nothing else is believed. */
export function registerVerify(program: Command, io: CliIo): void {
  const group = groupOf(program, 'verify', 'check a proof offline, from the file and published keys alone');
  withExamples(
    group
      .command('certificate')
      .description('check the certificate of a release: 0 every check holds, 1 one failed, 2 it could not be told')
      .argument('<file>', 'the certificate')
      .requiredOption('--officers <file>', "the officers' published keys")
      .option('--file <rendition...>', 'files of the release to compare: FILE, or NAME=FILE where it was renamed')
      .option('--json', 'print the checks as JSON'),
    'verify certificate certificate.json --officers officers.json --file release.pdf',
  ).action(
    answering(io, async (path: string, options: CertificateOptions) => {
      const { officers, publicLog } = readTrust(io, options.officers);
      const files = options.file?.map((text) => claimedFile(io, text));
      const json = jsonOf(io.readFile(path));
      const findings = json.ok
        ? await verifyCertificate(json.value, { officers, publicLog: [publicLog] }, files)
        : [{ check: 'format', ok: false, detail: json.fault }];
      const certificate = json.ok ? certificateSchema.safeParse(json.value).data : undefined;
      return printFindings(io, findings, {
        ...options,
        notes: certificate === undefined ? [] : notesOn(certificate, files),
      });
    }),
  );
  withExamples(
    ofLog(group.command('event').argument('<file>', 'the proof of an event')).description(
      'check that an event is in the ledger: 0 every check holds, 1 one failed, 2 it could not be told',
    ),
    'verify event event-proof.json --officers officers.json',
  ).action(
    answering(io, (path: string, options: LogOptions) => {
      const [ledger] = logKeys(io, options);
      const json = jsonOf(io.readFile(path));
      const findings: Finding[] = json.ok
        ? verifyEventProof(json.value, [ledger])
        : [{ check: 'format', ok: false, detail: json.fault }];
      return printFindings(io, findings, options);
    }),
  );
  withExamples(
    ofLog(group.command('checkpoint').argument('<file>', 'a signed checkpoint')).description(
      'check that a log has signed a checkpoint, and print its size and root',
    ),
    'verify checkpoint checkpoint.txt --officers officers.json',
  ).action(
    answering(io, (path: string, options: LogOptions): Answer =>
      printFindings(io, verifyCheckpointOf(io.readFile(path), logKeys(io, options)), options),
    ),
  );
  withExamples(
    ofLog(
      group
        .command('consistency')
        .argument('<older>', 'a signed checkpoint')
        .argument('<newer>', 'a later one of the same log')
        .argument('<proof>', 'the consistency proof between their sizes'),
    ).description('check that between two checkpoints a log was only appended to'),
    'verify consistency monday.txt friday.txt proof.json --officers officers.json',
  ).action(
    answering(io, (older: string, newer: string, proof: string, options: LogOptions): Answer => {
      const [first, second, between] = [older, newer, proof].map((path) => io.readFile(path)) as [
        Buffer,
        Buffer,
        Buffer,
      ];
      return printFindings(io, verifyConsistencyOf({ first, second, between }, logKeys(io, options)), options);
    }),
  );
}

const ofLog = (command: Command): Command =>
  command
    .option('--officers <file>', "the officers' file, which names the keys of the logs")
    .option('--log-key <vkey>', 'the verifier key of the log, instead of a file')
    .option('--json', 'print the checks as JSON');

/** The keys that a log may have signed with: the ledger's first. Exactly one source of them is believed. */
function logKeys(io: CliIo, { officers, logKey }: LogOptions): [NoteKey, ...NoteKey[]] {
  if ((officers === undefined) === (logKey === undefined)) throw new CannotTell('give either --officers or --log-key');
  if (logKey !== undefined) return [verifierKey('--log-key', logKey)];
  const trust = readTrust(io, officers ?? '');
  return [trust.ledger, trust.publicLog];
}

/** `FILE` goes by its own name; `NAME=FILE` by the name that the release gave it. */
function claimedFile(io: CliIo, text: string): ClaimedFile {
  const [, name, renamed] = /^([a-z][a-z0-9.-]{0,79})=(.+)$/s.exec(text) ?? [];
  const path = renamed ?? text;
  return { name: name ?? basename(path), bytes: io.readFile(path) };
}

/** What the certificate is about, in its own signed words, and which of its files were not looked at. */
function notesOn({ outgoing }: Certificate, files: readonly ClaimedFile[] = []): string[] {
  const seen = new Set(files.map((file) => file.name));
  const unseen = outgoing.renditions.filter(({ name }) => !seen.has(name)).map(({ name }) => name);
  return [
    `release  ${neutral(outgoing.release)}`,
    `title    ${neutral(outgoing.title)}`,
    ...(unseen.length === 0
      ? []
      : [`note     not compared: ${unseen.map(neutral).join(', ')} (give each with --file)`]),
  ];
}
