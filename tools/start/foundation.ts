import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TrustAnchor } from '#people';
import { generateKey, publicPart, thumbprint } from '#signing';
import type { Officers } from '#workflow';
import type { DataFolder } from './data-folder';
import { madeOnce, writeJson, writeWhole } from './lasting-file';
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
  /** Called at each start, when the databases are up to date and nothing else runs. `registrarUrl` names that role. */
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
    // The first persons cannot hand in their own instruments: they come by hand, with the registrar's own access.
    admit: async (registrarUrl) => {
      writeWhole(folder.registrarAccess, registrarAccess(registrarUrl, officersFile, settings));
    },
    furnish: () => Promise.resolve(),
    introduction: () =>
      [
        `Officers         ${officersFile}`,
        ...notes,
        `Public keys      ${folder.publicKeys}  (the guard's becomes a service-key instrument)`,
        `Next             make and sign the first instruments: npm run imprimatur -- instrument --help`,
        `                 let the registrar take them in, in a shell of its own (after set -a; . ${folder.registrarAccess}):`,
        `                 npm run imprimatur -- people admit FILE …, then people password NAME --person ID`,
      ].join('\n'),
  };
}

/** What `imprimatur people` is told, as a file that a shell can read. The database's port changes from start to start. */
function registrarAccess(registrarUrl: string, officersFile: string, settings: Settings): string {
  const variables = {
    IMPRIMATUR_REGISTRAR_DATABASE_URL: registrarUrl,
    IMPRIMATUR_OFFICERS_FILE: officersFile,
    IMPRIMATUR_INSTALLATION: settings.installation,
    IMPRIMATUR_POLICIES: settings.policies,
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
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
