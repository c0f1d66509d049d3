import { Injectable } from '@nestjs/common';
import {
  AccessPolicy,
  type AccessRules,
  type Actor,
  type PreviewLine,
  type PreviewSide,
  type Thing,
  accessRulesSchema,
  previewRules,
} from '#access';
import { type PreviewedRulesView, ProblemError } from '#contracts';
import type { Tx } from '#database';
import { documentThing, protectionsOf } from '#records';
import { caseThing } from '#release';
import { Examiner } from './examiner';
import { rightsAt } from './rights-at';
import { countThings, newestThings } from './store/thing.store';

/** On how many documents and cases a change is tried, the newest first. The answer says how many there are. */
const TRIED = 10_000;

/** A rule about persons is tried person by person only among so many. */
const FEW = 500;

type Lines = PreviewedRulesView['steppedUp'];

/** Tells a security officer who would gain and who would lose if other rules came into force: nothing comes into force by it. */
@Injectable()
export class PreviewRules {
  constructor(
    private readonly examiner: Examiner,
    private readonly access: AccessPolicy,
  ) {}

  async run(actor: Actor, given: unknown): Promise<PreviewedRulesView> {
    const rules = readRules(given);
    const event = { action: 'rules.preview', details: { version: rules.version } };
    const asks = [['preview', { kind: 'Rules', protections: [] }]] as const;
    return this.examiner.run(actor, { event, asks }, async (tx) => {
      const rights = await rightsAt(tx, this.access);
      const { things, ...tried } = await liveThings(tx);
      const before = rights.rules.source;
      const lines = (steppedUp: boolean): Lines => {
        const actors = rights.everybody(steppedUp);
        const population = { actors, things: [...things, ...personThings(actors)], now: rights.moment.at };
        return previewRules(before, rules, population).map(viewOf);
      };
      return {
        version: rules.version,
        inForce: before.version,
        at: rights.moment.at.toISOString(),
        population: { people: rights.everybody(false).length, ...tried },
        steppedUp: lines(true),
        notSteppedUp: lines(false),
      };
    });
  }
}

/** The rules of a file, or a refusal with everything that is wrong with it. */
function readRules(given: unknown): AccessRules {
  const read = accessRulesSchema.safeParse(given);
  if (read.success) return read.data;
  throw new ProblemError('refused', {
    reasons: read.error.issues.map(({ path, message }) => ({
      code: 'rules',
      rule: 'rules-schema',
      need: 'rules that fit their schema',
      have: `${path.join('.')}: ${message}`,
    })),
  });
}

const personThings = (actors: readonly Actor[]): Thing[] =>
  actors.length > FEW ? [] : actors.map(({ personId }) => ({ kind: 'Person', protections: [], id: personId }));

async function liveThings(tx: Tx): Promise<{ things: Thing[] } & Omit<PreviewedRulesView['population'], 'people'>> {
  const { documents, cases } = await newestThings(tx, TRIED);
  const all = await countThings(tx);
  const protections = await protectionsOf(
    tx,
    [...documents, ...cases].map(({ protectionId }) => protectionId),
  );
  const things = [
    ...documents.flatMap((row) => {
      const own = protections.get(row.protectionId);
      return own === undefined ? [] : [documentThing(row.id, [own])];
    }),
    ...cases.flatMap((row) => {
      const own = protections.get(row.protectionId);
      return own === undefined ? [] : [caseThing(row, own)];
    }),
  ];
  return {
    things,
    documents: all.documents,
    documentsTried: documents.length,
    cases: all.cases,
    casesTried: cases.length,
  };
}

const viewOf = ({ action, subject, gain, lose }: PreviewLine): Lines[number] => ({
  action,
  subject,
  gain: sideOf(gain),
  lose: sideOf(lose),
});

const sideOf = ({ examples, ...counts }: PreviewSide): Lines[number]['gain'] => ({
  ...counts,
  examples: examples.map(({ personId, ...each }) => ({ person: personId, ...each })),
});
