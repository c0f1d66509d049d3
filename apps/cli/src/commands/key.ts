import type { Command } from 'commander';
import { Option } from 'commander';
import { generateKey, publicPart, thumbprint, type PublicJwk } from '#signing';
import { answering } from '../answer';
import type { CliIo } from '../cli-io';
import { groupOf, withExamples } from '../command-group';
import { jsonBytes, writeSecret } from '../files';
import { readPrivateKey } from '../keys';

interface NewOptions {
  readonly out: string;
  readonly alg: 'Ed25519' | 'ES256';
  readonly public?: string;
  readonly json?: boolean;
}

/** `key new`, `key show`: signing keys. A private key is a file of its owner and is never printed. */
export function registerKey(program: Command, io: CliIo): void {
  const group = groupOf(program, 'key', 'make and show signing keys');
  withExamples(
    group
      .command('new')
      .description(
        'make a signing key: the private JWK goes into a file that only you may read, the public one is printed',
      )
      .requiredOption('--out <file>', 'where the private key goes; nothing is overwritten')
      .addOption(new Option('--alg <algorithm>', 'what it signs with').choices(['Ed25519', 'ES256']).default('Ed25519'))
      .option('--public <file>', 'write the public key there as well, as officers and instruments take it')
      .option('--json', 'print kid and public key as JSON'),
    'key new --out minister.key.json --public minister.pub.json',
  ).action(
    answering(io, async (options: NewOptions) => {
      const { privateJwk, publicJwk, kid } = await generateKey(options.alg);
      writeSecret(options.out, jsonBytes(privateJwk));
      return tellKey(io, { kid, jwk: publicJwk }, options);
    }),
  );
  withExamples(
    group
      .command('show')
      .description('print the kid and the public part of a private key')
      .argument('<file>', 'the private key')
      .option('--public <file>', 'write the public key there as well')
      .option('--json', 'print kid and public key as JSON'),
    'key show minister.key.json --json',
  ).action(
    answering(io, (file: string, options: Pick<NewOptions, 'public' | 'json'>) => {
      const jwk = readPrivateKey(io, file);
      return tellKey(io, { kid: thumbprint(jwk), jwk: publicPart(jwk) }, options);
    }),
  );
}

function tellKey(
  io: CliIo,
  key: { readonly kid: string; readonly jwk: PublicJwk },
  options: Pick<NewOptions, 'public' | 'json'>,
): 0 {
  if (options.public !== undefined) io.writeFile(options.public, jsonBytes(key.jwk));
  io.out(
    options.json === true ? JSON.stringify(key, null, 2) : `kid     ${key.kid}\npublic  ${JSON.stringify(key.jwk)}`,
  );
  return 0;
}
