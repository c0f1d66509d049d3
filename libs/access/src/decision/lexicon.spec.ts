import { CLEARED, SECRET, actorWith, documentUnder, under } from '../../../../test/support/access-people';
import { checkRules, decide, environmentOf, shippedRules } from '../index';
import { currentLexicon } from './lexicon';

const reads = (actor: ReturnType<typeof actorWith>, thing: ReturnType<typeof documentUnder>): string =>
  decide(actor, 'read', thing, environmentOf(actor, shippedRules)).effect;

describe('the names that a process has met', () => {
  it('are not those that a check of rules brings', () => {
    const many = Array.from({ length: 100 }, (_unused, n) => `NEVER-MET-${String(n)}`);
    const world = {
      world: 'of names',
      people: { reader: { cleared: { to: 'SECRET', special: many }, communities: many, lists: many } },
      things: { paper: { kind: 'Document', under: 'SECRET', special: many, 'need-to-know': many } },
      verdicts: { reader: { read: { paper: 'no: need-to-know' } } },
    };
    const before = currentLexicon().size;
    expect(checkRules(shippedRules, [world])).toMatchObject({ ok: true, verdicts: 1 });
    expect(currentLexicon().size).toBe(before);
  });

  it('are forgotten when there are too many, and every decision stays what it was', () => {
    const lexicon = currentLexicon();
    const [old, circle] = [
      actorWith({ tokens: ['community:KESTREL'] }),
      documentUnder(under(SECRET, 'community:KESTREL')),
    ];
    expect(reads(old, circle)).toBe('permit');
    for (let n = 0; n < 60_000; n += 100) {
      const strange = Array.from({ length: 100 }, (_unused, each) => `community:C${String(n + each)}`);
      expect(reads(actorWith(), documentUnder(under(SECRET, ...strange)))).toBe('deny');
    }
    expect(currentLexicon()).not.toBe(lexicon);
    expect(currentLexicon().size).toBeLessThan(60_000);
    // Whoever was made ready before, and whoever is now, about things that were met before and things that were not.
    const unmet = documentUnder(under(SECRET, 'community:OSPREY'));
    for (const thing of [circle, documentUnder(under(SECRET, 'community:KESTREL'))]) {
      expect(reads(old, thing)).toBe('permit');
      expect(reads(actorWith({ tokens: ['community:KESTREL'] }), thing)).toBe('permit');
      expect(reads(actorWith({ tokens: ['community:OSPREY'] }), thing)).toBe('deny');
      expect(reads(actorWith({ tokens: ['community:KESTREL'], clearances: [] }), thing)).toBe('deny');
    }
    expect(reads(old, unmet)).toBe('deny');
    expect(reads(actorWith({ tokens: ['community:OSPREY'], clearances: [CLEARED] }), unmet)).toBe('permit');
  });
});
