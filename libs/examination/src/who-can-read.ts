import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Actor, Decider, type Protection } from '#access';
import { ProblemError, type ReadersQuery, type ReadersView } from '#contracts';
import { Cursors, type PageKey, type Tx, cutPage, listOf } from '#database';
import { PolicySet } from '#marking';
import { documentThing, protectionsOf } from '#records';
import { EXAMINES, Examiner } from './examiner';
import { labelled } from './labelled';
import { type RightsAt, rightsAt } from './rights-at';
import { type ExaminedPortion, examinedDocument, portionsAt } from './store/thing.store';

/** A document and its newest version, with what everything in it stands under. */
interface ExaminedVersion {
  readonly id: string;
  readonly own: Protection;
  readonly portions: readonly (ExaminedPortion & { readonly protection: Protection })[];
}

type Verdict = ReadersView['items'][number];

/** Tells a security officer who can read a document, how much of it, and which checks keep the others out. */
@Injectable()
export class WhoCanRead {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
    private readonly policies: PolicySet,
    private readonly cursors: Cursors,
  ) {}

  async run(actor: Actor, id: string, query: ReadersQuery): Promise<ReadersView> {
    const { cursor, limit, at, steppedUp, verdict } = query;
    const list = listOf(`readers of ${id}`, { at, steppedUp, verdict });
    const after = this.cursors.open(actor.personId, list, cursor);
    const event = {
      action: 'rights.readers',
      thing: { kind: 'Document', id },
      documentId: id,
      details: { steppedUp, ...(at === undefined ? {} : { asOf: at }) },
    };
    return this.examiner.run(actor, { event, asks: [EXAMINES] }, async (tx) => {
      const rights = await rightsAt(tx, this.access, at);
      const version = await versionAt(tx, id, rights.moment.at);
      if (version === undefined) throw new ProblemError('not-found');
      const { verdicts, readersOf } = verdictsOn(version, rights, steppedUp);
      const shown = verdicts
        .filter(({ effect }) => verdict === undefined || effect === verdict)
        .sort((a, b) => compare(keyOf(a), keyOf(b)))
        .filter((each) => after === undefined || compare(keyOf(each), after) > 0);
      const page = cutPage(shown, limit, keyOf, (key) => this.cursors.seal(actor.personId, list, key));
      return {
        document: id,
        at: rights.moment.at.toISOString(),
        rulesVersion: rights.rules.version,
        steppedUp,
        ...labelled(version.own, this.policies),
        people: verdicts.length,
        readers: verdicts.filter(({ effect }) => effect === 'permit').length,
        portions: version.portions.map((portion, place) => ({
          id: portion.id,
          n: place + 1,
          kind: portion.kind,
          ...labelled(portion.protection, this.policies),
          readers: readersOf(portion),
        })),
        ...page,
      };
    });
  }
}

async function versionAt(tx: Tx, id: string, at: Date): Promise<ExaminedVersion | undefined> {
  const document = await examinedDocument(tx, id);
  if (document === undefined || document.createdAt > at) return undefined;
  const portions = await portionsAt(tx, [id], at);
  const protections = await protectionsOf(tx, [document.protectionId, ...portions.map((each) => each.protectionId)]);
  const own = protections.get(document.protectionId);
  if (own === undefined) return undefined;
  return {
    id,
    own,
    portions: portions.flatMap((portion) => {
      const protection = protections.get(portion.protectionId);
      return protection === undefined ? [] : [{ ...portion, protection }];
    }),
  };
}

/** Everybody's verdict, from the one decision: on the document, and on each protection that is met in it. */
function verdictsOn(
  { id, own, portions }: ExaminedVersion,
  rights: RightsAt,
  steppedUp: boolean,
): { readonly verdicts: Verdict[]; readonly readersOf: (portion: ExaminedPortion) => number } {
  const under = new Map(portions.map(({ protectionId, protection }) => [protectionId, protection] as const));
  const things = new Map([...under].map(([key, protection]) => [key, documentThing(id, [protection, own])] as const));
  const readers = new Map<number, number>();
  const verdicts = rights.everybody(steppedUp).map((person): Verdict => {
    const decider = new Decider(person, rights.environment);
    const { effect, checks } = decider.decide('read', documentThing(id, [own]));
    const read = new Set([...things].filter(([, thing]) => decider.permits('read', thing)).map(([key]) => key));
    for (const key of read) readers.set(key, (readers.get(key) ?? 0) + 1);
    return {
      person: person.personId,
      office: person.office,
      nation: person.nation,
      effect,
      rule: checks.find(({ rule }) => rule === 'rules')?.have ?? '',
      failed: checks.filter(({ outcome }) => !outcome),
      portions: portions.filter(({ protectionId }) => read.has(protectionId)).length,
    };
  });
  return { verdicts, readersOf: ({ protectionId }) => readers.get(protectionId) ?? 0 };
}

const keyOf = ({ office, person }: Verdict): PageKey => ({ at: office, id: person });

function compare(one: PageKey, other: PageKey): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
