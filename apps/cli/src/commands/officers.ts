import type { Command } from 'commander';
import { thumbprint } from '#signing';
import { type Officers, officersSchema } from '#workflow';
import { CannotTell, answering, issuesOf } from '../answer';
import type { CliIo } from '../cli-io';
import { collected, groupOf, withExamples } from '../command-group';
import { jsonBytes } from '../files';
import { readPublicKey, verifierKey } from '../keys';

interface MakeOptions {
  readonly installation: string;
  readonly officer: readonly string[];
  readonly ledgerKey: string;
  readonly publicLogKey: string;
  readonly out: string;
}

/** `officers make`: the file that every authority chains to. */
export function registerOfficers(program: Command, io: CliIo): void {
  const group = groupOf(program, 'officers', 'the registry officers, to whom all authority chains');
  withExamples(
    group
      .command('make')
      .description('write the trust anchor: the public keys of the registry officers and of both logs')
      .requiredOption('--installation <name>', 'the installation that the officers speak for')
      .requiredOption('--officer <name=file>', 'an officer and the file of their public key; two at least', collected)
      .requiredOption('--ledger-key <vkey>', 'the verifier key of the ledger')
      .requiredOption('--public-log-key <vkey>', 'the verifier key of the public log')
      .requiredOption('--out <file>', 'where the trust anchor goes'),
    'officers make --installation nato-hq --officer registry-1=one.pub.json --officer registry-2=two.pub.json \\',
    '    --ledger-key nato-hq/ledger+1a2b3c4d+AQ… --public-log-key nato-hq/public-log+5e6f7a8b+AQ… --out officers.json',
  ).action(
    answering(io, (options: MakeOptions) => {
      const officers = officersOf(io, options);
      io.writeFile(options.out, jsonBytes(officers));
      io.out(officers.officers.map(({ officer, kid }) => `${officer}  ${kid}`).join('\n'));
      return 0;
    }),
  );
}

/** The trust anchor that was asked for. Throws when it could never be one. */
function officersOf(io: CliIo, options: MakeOptions): Officers {
  const { installation, officer, ledgerKey, publicLogKey } = options;
  verifierKey('--ledger-key', ledgerKey);
  verifierKey('--public-log-key', publicLogKey);
  if (ledgerKey.trim() === publicLogKey.trim())
    throw new CannotTell('the ledger and the public log have keys of their own');
  const parsed = officersSchema.safeParse({
    installation,
    officers: officer.map((text) => officerOf(io, text)),
    logs: { ledger: ledgerKey.trim(), publicLog: publicLogKey.trim() },
  });
  if (!parsed.success) throw new CannotTell(`this is no trust anchor: ${issuesOf(parsed.error)}`);
  return parsed.data;
}

function officerOf(io: CliIo, text: string): Officers['officers'][number] {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new CannotTell(`${text} is not NAME=FILE`);
  const jwk = readPublicKey(io, file);
  return { officer: name, kid: thumbprint(jwk), jwk };
}
