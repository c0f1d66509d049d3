import { randomBytes } from 'node:crypto';
import type { Transactions } from '#database';
import { systemClock } from '#database';
import { ApiClient } from '#client';
import { Registrar, TrustAnchor, enrolPasswordOf, enrolSecondFactorOf, newSecondFactor } from '#people';
import { readPolicies } from '#process';
import { type PublicJwk, generateKey, publicPart, thumbprint } from '#signing';
import { officersSchema } from '#workflow';
import { titleOf } from './document-title';
import { inParallel } from './in-parallel';
import { readDocuments, readWorldPlan } from './read-world';
import { stepUp } from './step-up';
import { type Officer, enrolPeople, signWorld } from './sign-world';
import { type DemoWorld, loadWorld, readInstruments, storeWorld } from './world-folder';

export { introduction } from './introduction';
export type { DemoWorld, WorldPerson } from './world-folder';

/** What the installation brings along: its name, and the public keys of its guard and its two logs. */
export interface NewInstallation {
  readonly name: string;
  readonly guardKey: PublicJwk;
  /** Verifier keys (C2SP signed-note). */
  readonly ledgerKey: string;
  readonly publicLogKey: string;
}

/**
 * Makes the demo world's keys, passwords and instruments in a folder of its own, or finds those that are there. EXERCISE.
 *
 * The folder comes into being whole or not at all. Throws, in one line, when it belongs to another installation.
 */
export async function prepareWorld(folder: string, installation: NewInstallation): Promise<DemoWorld> {
  const known = loadWorld(folder);
  if (known !== undefined) return requireSame(known, installation);
  const plan = readWorldPlan();
  const people = await enrolPeople(plan);
  const officers = await Promise.all(
    ['registry-officer.one', 'registry-officer.two'].map(async (officer): Promise<Officer> => ({
      officer,
      key: (await generateKey()).privateJwk,
    })),
  );
  const { name, guardKey } = installation;
  const instruments = await signWorld(plan, people, { installation: name, officers, guardKey, now: new Date() });
  storeWorld(folder, {
    installation: name,
    guardKid: thumbprint(guardKey),
    trust: officersSchema.parse({
      installation: name,
      officers: officers.map(({ officer, key }) => ({ officer, kid: thumbprint(key), jwk: publicPart(key) })),
      logs: { ledger: installation.ledgerKey, publicLog: installation.publicLogKey },
    }),
    officers,
    people: people.map((person) => ({ ...person, password: aPassword(), secondFactor: newSecondFactor() })),
    instruments,
  });
  const stored = loadWorld(folder);
  if (stored === undefined) throw new Error(`the demo world was written to ${folder} and is not there`);
  return stored;
}

/** Eighty bits, in four groups that a person can type. */
const aPassword = (): string =>
  randomBytes(10)
    .toString('hex')
    .replace(/(.{5})(?=.)/g, '$1-');

function requireSame(world: DemoWorld, installation: NewInstallation): DemoWorld {
  const { logs } = TrustAnchor.fromFile(world.officersFile, installation.name).officers;
  const same =
    world.guardKid === thumbprint(installation.guardKey) &&
    logs.ledger === installation.ledgerKey &&
    logs.publicLog === installation.publicLogKey;
  if (same) return world;
  throw new Error(`the demo world in ${world.folder} was made for other keys: move it away, or bring those keys back`);
}

/**
 * Lets the registrar take every instrument of the world, and gives everybody their password and second factor. Runs with the registrar's
 * database role. May be repeated: what stands already is passed over. Throws when something is refused.
 */
export async function admitPeople(world: DemoWorld, registrar: Transactions, policies = 'policies'): Promise<void> {
  const anchor = TrustAnchor.fromFile(world.officersFile, world.installation);
  const admission = new Registrar(registrar, anchor, readPolicies(policies), systemClock);
  const refused = await admission.admit(readInstruments(world));
  if (refused.length > 0)
    throw new Error(
      `the registrar refused the demo world: ${refused.map(({ id, fault }) => `${id}: ${fault}`).join('; ')}`,
    );
  await inParallel(world.people, 4, async ({ username, person, password, secondFactor }) => {
    await enrolPasswordOf(registrar, { username, personId: person, password });
    await enrolSecondFactorOf(registrar, { personId: person, label: username }, secondFactor);
  });
}

/**
 * Imports the world's documents over HTTP, each as the person who wrote it. May be repeated and resumed: what an importer finds
 * in their own list is there already.
 */
export async function importDocuments(world: DemoWorld, apiUrl: string): Promise<{ imported: number }> {
  const documents = readDocuments();
  let imported = 0;
  for (const identity of new Set(documents.map(({ importedBy }) => importedBy))) {
    const client = await signIn(world, identity, apiUrl);
    await acknowledgeReadIns(client);
    const titles = await titlesSeenBy(client);
    const missing = documents.filter((each) => each.importedBy === identity && !titles.has(titleOf(each.text)));
    for (const { text } of missing) await client.importDocument(text);
    imported += missing.length;
    await client.signOut();
  }
  return { imported };
}

/** Nobody brings in what is restricted to a list before they have acknowledged what is read in there. */
async function acknowledgeReadIns(client: ApiClient): Promise<void> {
  for (const { name, standing, readIn } of (await client.accessLists()).items)
    if (standing.state === 'not-acknowledged' && readIn !== null) await client.acknowledge(name, readIn.digest);
}

async function signIn(world: DemoWorld, identity: string, apiUrl: string): Promise<ApiClient> {
  const who = world.people.find((person) => person.identity === identity);
  if (who === undefined) throw new Error(`nobody in the demo world is ${identity}`);
  const client = await new ApiClient(apiUrl).signIn(who.username, who.password);
  await stepUp(client, who.secondFactor);
  return client;
}

async function titlesSeenBy(client: ApiClient): Promise<Set<string>> {
  const titles = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await client.documents({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    for (const { title } of page.items) if (title !== null) titles.add(title);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return titles;
}
