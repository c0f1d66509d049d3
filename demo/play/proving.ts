import { setTimeout as pause } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { verifyCertificate } from '#certificate';
import { ApiProblem } from '#client';
import type { AuditEventView, AuditQuery } from '#contracts';
import { parseVerifierKey, verifyEventProof } from '#ledger';
import { type Finding, officersSchema } from '#workflow';
import { rawAnswer } from './answers';
import type { Player } from './cast';
import { verifiedByCommand } from './command-line';
import { Deviation, holds, refusal, same } from './deviation';
import type { Play } from './play';
import { PUBLIC, type Published } from './publishing';

const PATIENCE_MS = 20_000;

/** From the release back to every read of what it was made from, and proofs that need nobody's word. */
export async function proving(play: Play, published: Published): Promise<void> {
  play.story.chapter('Proof');
  await traces(play, published.release);
  await verifies(play, published);
}

async function traces({ story, cast, startedAt }: Play, release: string): Promise<void> {
  const auditor = await cast.as('auditor');
  const caseId = await story.step(
    auditor,
    'finds the case behind the release, and everything that was done in it',
    async () => {
      const published = await eventsOf(auditor, { action: 'guard.publish', from: startedAt });
      const id = published.find(({ details }) => details['release'] === release)?.case ?? undefined;
      if (id === undefined) throw new Deviation('the publication on the record', `${String(published.length)} others`);
      const events = await eventsOf(auditor, { case: id });
      const count = (action: string, outcome: string): number =>
        events.filter((event) => event.action === action && event.outcome === outcome).length;
      // Round by round: 3 consents and a return; 3 consents, 2 reviews, 4 adoptions and an objection; 3, 2 and all 32.
      same('decisions done and refused', [51, 4], [count('case.decide', 'done'), count('case.decide', 'refused')]);
      same('freezes and amendments', [3, 2], [count('case.freeze', 'done'), count('case.amend', 'done')]);
      same('schedules done and refused', [1, 3], [count('case.schedule', 'done'), count('case.schedule', 'refused')]);
      return { id, events };
    },
    ({ events }) => `${String(events.length)} events: 51 decisions counted, 4 refused, 3 freezes, 1 publication`,
  );
  const read = await story.step(
    auditor,
    'traces it back to every read of its source',
    async () => {
      const [submitted] = await eventsOf(auditor, { case: caseId.id, action: 'case.submit' });
      const document = submitted?.document ?? '';
      const events = await eventsOf(auditor, { document, action: 'document.read', from: startedAt });
      const ours = cast.reads.filter((each) => each.document === document);
      for (const person of new Set(ours.map((each) => each.person)))
        holds(
          'every read on the record',
          events.filter((event) => event.person === person && event.outcome === 'done').length >=
            ours.filter((each) => each.person === person).length,
          `fewer reads of ${person}`,
        );
      holds('reads', ours.length > 0, 'none');
      return events;
    },
    (events) => `${String(events.length)} events: ${byOffice(events)}`,
  );
  await proves({ story, cast }, auditor, read[0]);
  const press = await cast.as('press-officer');
  await story.step(
    press,
    'wants to search the record as well',
    () => refusal('not-permitted', press.client.events()),
    () => 'refused: not an auditor',
  );
}

/** How often each office has read, and been refused. */
function byOffice(events: readonly AuditEventView[]): string {
  const counts = new Map<string, number>();
  for (const { office, outcome } of events) {
    const who = `${office ?? 'nobody'}${outcome === 'done' ? '' : ` (${outcome})`}`;
    counts.set(who, (counts.get(who) ?? 0) + 1);
  }
  return [...counts].map(([who, count]) => `${who} ${String(count)}`).join('; ');
}

async function proves(
  { story, cast }: Pick<Play, 'story' | 'cast'>,
  auditor: Player,
  event: AuditEventView | undefined,
): Promise<void> {
  await story.step(
    auditor,
    'proves one of these reads, offline, from the log’s published key',
    async () => {
      const proof = await sealedProof(auditor, event?.id ?? '');
      const keys = [parseVerifierKey(officersOf(cast.world.officersFile).logs.ledger)];
      same('no failed check', [], failed(verifyEventProof(proof, keys)));
      const forged = { ...proof, record: { ...(proof.record as object), action: 'document.list' } };
      const faults = failed(verifyEventProof(forged, keys));
      same('the failed check of a changed record', ['inclusion'], faults);
      return proof;
    },
    ({ leafIndex, treeSize }) =>
      `leaf ${String(leafIndex)} of ${String(treeSize)} verifies; with another word in the record it does not (inclusion)`,
  );
}

/** The proof of an event, as soon as the sealer has sealed it. */
async function sealedProof(auditor: Player, id: string) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await auditor.client.eventProof(id);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.problem.code !== 'conflict' || Date.now() > until) throw error;
      await pause(200);
    }
  }
}

async function eventsOf(auditor: Player, query: Partial<AuditQuery>): Promise<AuditEventView[]> {
  const events: AuditEventView[] = [];
  let cursor: string | undefined;
  do {
    const page = await auditor.client.events({ ...query, limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    events.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return events;
}

/** The certificate, with the officers' file that was published beforehand and nothing else. */
async function verifies({ story, cast, urls }: Play, { release, files }: Published): Promise<void> {
  const officers = officersOf(cast.world.officersFile);
  const trust = { officers, publicLog: [parseVerifierKey(officers.logs.publicLog)] };
  const text = await story.step(
    PUBLIC,
    'verifies the certificate offline, from the officers’ published keys',
    async () => {
      const { body } = await rawAnswer(`${urls.register}/releases/${release}/certificate.json`);
      const findings = await verifyCertificate(JSON.parse(body), trust, files);
      same('no failed check', [], failed(findings));
      holds(
        'the ministers’ stage',
        findings.some(({ check }) => check === 'stage:adoption'),
        'none',
      );
      return { body, findings };
    },
    ({ findings }) =>
      `${String(findings.length)} checks hold, among them stage:adoption 32 of 32 and the bytes of each file`,
  );
  const tampered = withAnotherTitle(text.body);
  await story.step(
    PUBLIC,
    'changes one letter of the certificate, and one byte of a file',
    async () => {
      const faults = failed(await verifyCertificate(JSON.parse(tampered), trust));
      holds('the failed checks by name', faults.includes('publication-proposal'), faults.join(', '));
      const page = files.find(({ name }) => name === 'release.html');
      const bytes = Buffer.from(page?.bytes ?? '');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      const changed = failed(await verifyCertificate(JSON.parse(text.body), trust, [{ name: 'release.html', bytes }]));
      same('the failed check of the file', ['file:release.html'], changed);
      return [...new Set([...faults, ...changed])];
    },
    (faults) => `neither verifies any more: ${faults.join(', ')}`,
  );
  await verifiedByCommand({ story, cast }, { certificate: text.body, tampered, files });
}

const officersOf = (file: string) => officersSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const failed = (findings: readonly Finding[]): string[] => findings.filter(({ ok }) => !ok).map(({ check }) => check);
const withAnotherTitle = (certificate: string): string =>
  certificate.replace('"title":"EXERCISE D', '"title":"EXERCISE d');
