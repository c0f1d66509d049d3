import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { banner, dominates, rollUp, validateClearance } from '#marking';
import { readPolicies } from '#process';
import { type MarkedDocument, parseMarkedText } from '#records';
import { lintProcedure } from '#workflow';
import { titleOf } from './document-title';
import { MINISTERS, type PlannedPerson, readDocuments, readWorldPlan } from './read-world';

const policies = readPolicies('policies');
const plan = readWorldPlan();
const documents = readDocuments();

const parsed = (file: string): MarkedDocument => {
  const text = documents.find((each) => each.file === file)?.text ?? '';
  const result = parseMarkedText(text, policies);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.document;
};
const who = (identity: string): PlannedPerson => plan.people.find((each) => each.identity === identity)!;
const tokensOf = ({ identity, nation, communities }: PlannedPerson): string[] => [
  'everyone',
  ...(nation === null ? [] : [`nation:${nation}`]),
  ...communities.map((community) => `community:${community}`),
  ...plan.accessLists.filter(({ members }) => members.includes(identity)).map(({ list }) => `list:${list}`),
];
const holds = (person: PlannedPerson, label: MarkedDocument['banner']): boolean =>
  dominates(person.clearance === null ? [] : [person.clearance], label).dominates;
/** What the person sees of a document, as import and access room say it. */
const cutOf = (person: PlannedPerson, document: MarkedDocument) =>
  document.needToKnow.some((token) => tokensOf(person).includes(token)) && holds(person, document.mark)
    ? document.portions.filter((portion) => holds(person, portion.label))
    : undefined;

describe('the documents of the demo world', () => {
  it('are the summary, the proposal of the leaders, the annex of a working group and one package for each of 32 nations', () => {
    expect(plan.nations).toHaveLength(32);
    expect(documents).toHaveLength(35);
  });

  it.each(documents.map(({ file }) => file))('%s is marked without a fault, as an exercise', (file) => {
    const { portions, exercise, banner: declared } = parsed(file);
    const whole = rollUp(
      policies,
      portions.map(({ label }) => label),
    );
    expect(exercise).toBe(true);
    expect(portions[0]?.text).toContain('EXERCISE');
    // The banner is the roll-up of the portions, neither below nor above.
    expect(whole.ok && banner(policies, whole.label)).toBe(banner(policies, declared));
  });

  it('carry titles of their own, as the import compares them', () => {
    const titles = documents.map(({ text }) => titleOf(text));
    expect(new Set(titles).size).toBe(documents.length);
    expect(titles).toEqual(documents.map(({ file }) => parsed(file).portions[0]?.text));
  });

  it('have authors who hold all that they bring in', () => {
    for (const { file, importedBy } of documents) {
      const document = parsed(file);
      expect(who(importedBy).roles).toContain('planner');
      expect(cutOf(who(importedBy), document)).toHaveLength(document.portions.length);
    }
  });

  it('repeat no long sentence under another need-to-know', () => {
    const seen = new Map<string, string>();
    for (const { file } of documents)
      for (const { text } of parsed(file).portions) {
        if (text.length < 20) continue;
        expect([text, seen.get(text) ?? file]).toEqual([text, file]);
        seen.set(text, file);
      }
  });

  it('show three readers three cuts of the summary, and a fourth none of it', () => {
    const summary = parsed('documents/alliance-summary.md');
    const sizes = ['press-officer', 'defence-planner.deu', 'planner.act', 'duty-officer.shape'].map(
      (identity) => cutOf(who(identity), summary)?.length,
    );
    expect(sizes).toEqual([3, 7, summary.portions.length, undefined]);
  });

  it('show a package to its own nation and to the planning staff alone', () => {
    const ofGermany = parsed('documents/packages/DEU.md');
    const readers = plan.people.filter((person) => cutOf(person, ofGermany) !== undefined).map((each) => each.identity);
    expect(readers.sort()).toEqual(
      [
        'defence-planner.deu',
        'minister-of-defence.deu',
        'originator.act',
        'originator.ims',
        'originator.is',
        'planner.act',
      ].sort(),
    );
  });

  it('keep the proposal of the leaders from the ministers, and name the leaders as its originator', () => {
    const proposal = parsed('documents/spending-proposal.md');
    expect(new Set(proposal.portions.map(({ originator }) => originator))).toEqual(new Set(['LEADERS']));
    for (const minister of plan.people.filter(({ seats }) => seats.some(({ body }) => body === MINISTERS)))
      expect(cutOf(minister, proposal)).toBeUndefined();
  });
});

describe('the sentences of the demo world', () => {
  const article = '../shared/seed/nato-capability-targets-2025-06-04.txt';
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const shingles = (text: string): Set<string> => {
    const all = words(text);
    return new Set(all.slice(7).map((_word, index) => all.slice(index, index + 8).join(' ')));
  };

  it('are our own: no eight words in a row are those of the article', () => {
    if (!existsSync(article)) {
      console.warn('the article is not beside this checkout: nothing was compared');
      return;
    }
    const theirs = shingles(readFileSync(article, 'utf8'));
    expect(theirs.size).toBeGreaterThan(100);
    const read = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? read(join(folder, entry.name)) : [join(folder, entry.name)],
      );
    for (const file of read('demo')) {
      const copied = [...shingles(readFileSync(file, 'utf8'))].filter((each) => theirs.has(each));
      expect([file, copied]).toEqual([file, []]);
    }
  });
});

describe('the people of the demo world', () => {
  it('are offices, each once, few enough to be given passwords in a moment', () => {
    const identities = plan.people.map(({ identity }) => identity);
    expect(new Set(identities).size).toBe(identities.length);
    expect(identities.length).toBeLessThanOrEqual(60);
    expect(identities).toContain('minister-of-defence.deu');
  });

  it.each(plan.people.map((person) => [person.identity, person] as const))(
    '%s holds a clearance that may be granted, or none',
    (_identity, { clearance }) => {
      expect(clearance === null ? [] : validateClearance(policies, clearance)).toEqual([]);
    },
  );

  it('fill every seat of the originators and the ministers', () => {
    for (const { id, seats } of plan.bodies)
      for (const seat of seats)
        expect(
          plan.people.filter((each) => each.seats.some((held) => held.body === id && held.seat === seat.id)),
        ).toHaveLength(1);
    expect(plan.bodies.find(({ id }) => id === MINISTERS)?.seats).toHaveLength(32);
  });

  it('can satisfy the procedure', () => {
    const bodies = plan.bodies.map(({ id, seats }) => ({ id, seats: seats.map((seat) => seat.id) }));
    expect(lintProcedure(plan.procedure, { bodies, roles: plan.people.flatMap(({ roles }) => roles) })).toEqual([]);
  });

  it('who decide are cleared for the summary', () => {
    const summary = parsed('documents/alliance-summary.md');
    const deciders = plan.people.filter(
      ({ seats, roles, delegations }) =>
        seats.length > 0 || delegations.length > 0 || roles.includes('disclosure-reviewer'),
    );
    for (const person of deciders) expect(cutOf(person, summary)).toHaveLength(summary.portions.length);
  });
});
