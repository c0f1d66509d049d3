import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Transactions, openDataSource, systemClock } from '#database';
import { Registrar, TrustAnchor } from '#people';
import { readPolicies } from '#process';
import { type SignedStatement, generateKey, publicPart, thumbprint } from '#signing';
import type { Officers } from '#workflow';
import type { DataFolder } from './data-folder';
import { madeOnce, readJson, writeJson } from './lasting-file';
import type { PublicKeys } from './secrets';
import type { Settings } from './settings';

/** The addresses of a house that runs. */
export interface Urls {
  readonly api: string;
  readonly register: string;
}

/** What an installation rests on, and how its first people come into it. */
export interface Foundation {
  readonly officersFile: string;
  /** Called at each start, when the databases are up to date and nothing else runs. `registrarUrl` is for that role alone. */
  admit(registrarUrl: string): Promise<void>;
  /** Called at each start when the api answers. */
  furnish(urls: Urls): Promise<void>;
  /** What the one who started it reads. */
  introduction(urls: Urls): string;
}

const OFFICERS = ['registry-officer-1', 'registry-officer-2', 'registry-officer-3'] as const;

const privateJwkSchema = z.strictObject({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().optional(),
  d: z.string(),
});

/** Officers made for this installation, on the first start: their keys lie in the data folder until somebody takes them away. */
export async function ownOfficers(settings: Settings, folder: DataFolder, keys: PublicKeys): Promise<Foundation> {
  mkdirSync(folder.officers, { recursive: true, mode: 0o700 });
  const officersFile = join(folder.officers, 'officers.json');
  if (!existsSync(officersFile)) {
    const officers: Officers['officers'] = [];
    for (const officer of OFFICERS) {
      const file = join(folder.officers, `${officer}.key.json`);
      const jwk = publicPart(await madeOnce(file, privateJwkSchema, async () => (await generateKey()).privateJwk));
      officers.push({ officer, kid: thumbprint(jwk), jwk });
    }
    const { ledger, publicLog } = keys;
    writeJson(officersFile, {
      installation: settings.installation,
      officers,
      logs: { ledger, publicLog },
    } satisfies Officers);
  }
  return foundedOn(officersFile, settings, folder, [
    `Officers' keys   ${folder.officers}  (move the *.key.json to their officers before anything real is kept here)`,
  ]);
}

/** The officers' file of the operator. Throws one line when there is none, or it does not name this installation's keys. */
export function givenOfficers(
  officersFile: string | undefined,
  settings: Settings,
  folder: DataFolder,
  keys: PublicKeys,
): Foundation {
  const where = `write it with the keys of both logs from ${folder.publicKeys}`;
  if (officersFile === undefined) {
    throw new Error(
      `IMPRIMATUR_OFFICERS_FILE is missing: it names the file of the officers' public keys (${where}); IMPRIMATUR_DEMO=1 creates the demo world instead`,
    );
  }
  if (!existsSync(officersFile)) throw new Error(`IMPRIMATUR_OFFICERS_FILE: ${officersFile} is not there: ${where}`);
  const { ledger, publicLog } = anchorOf(officersFile, settings).officers.logs;
  if (ledger !== keys.ledger || publicLog !== keys.publicLog) {
    throw new Error(
      `IMPRIMATUR_OFFICERS_FILE: the logs' keys in ${officersFile} are not this installation's: ${where}`,
    );
  }
  return foundedOn(officersFile, settings, folder, []);
}

function foundedOn(officersFile: string, settings: Settings, folder: DataFolder, notes: readonly string[]): Foundation {
  return {
    officersFile,
    admit: (registrarUrl) => admitByHand(registrarUrl, officersFile, settings, folder),
    furnish: () => Promise.resolve(),
    introduction: () =>
      [
        `Officers         ${officersFile}`,
        ...notes,
        `Public keys      ${folder.publicKeys}  (the guard's becomes a service-key instrument)`,
        `Next             sign instruments with npm run imprimatur -- instrument new | sign,`,
        `                 put them as *.json into ${folder.instruments} and start again`,
      ].join('\n'),
  };
}

/** The first persons of an installation cannot hand in their own instruments: these come by hand, and every start looks. */
async function admitByHand(
  registrarUrl: string,
  officersFile: string,
  settings: Settings,
  folder: DataFolder,
): Promise<void> {
  mkdirSync(folder.instruments, { recursive: true, mode: 0o700 });
  const files = readdirSync(folder.instruments).filter((name) => name.endsWith('.json'));
  if (files.length === 0) return;
  const statements = files.sort().flatMap((name) => statementsIn(join(folder.instruments, name)));
  const transactions = new Transactions(await openDataSource({ url: registrarUrl, pool: 2, applicationName: 'start' }));
  try {
    const registrar = new Registrar(
      transactions,
      anchorOf(officersFile, settings),
      readPolicies(settings.policies),
      systemClock,
    );
    const refused = await registrar.admit(statements);
    if (refused.length === 0) return;
    const reasons = refused.map(({ id, fault }) => `${id}: ${fault}`).join('; ');
    throw new Error(
      `the registrar refuses instruments in ${folder.instruments} (${reasons}): correct them or take them out`,
    );
  } finally {
    await transactions.close();
  }
}

function anchorOf(officersFile: string, settings: Settings): TrustAnchor {
  try {
    return TrustAnchor.fromFile(officersFile, settings.installation);
  } catch (error) {
    throw new Error(`${officersFile} is not the officers' file of ${settings.installation}: ${firstFault(error)}`, {
      cause: error,
    });
  }
}

const firstFault = (error: unknown): string =>
  error instanceof z.ZodError
    ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    : (error as Error).message;

const statementSchema = z.strictObject({
  payload: z.string(),
  signatures: z.array(z.strictObject({ protected: z.string(), signature: z.string() })),
});

function statementsIn(file: string): SignedStatement[] {
  const parsed = z
    .union([statementSchema.transform((one) => [one]), z.array(statementSchema)])
    .safeParse(readJson(file));
  if (!parsed.success) throw new Error(`${file} holds no signed instruments: correct it or take it out`);
  return parsed.data;
}
