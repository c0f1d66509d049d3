import type { SpeakingAs } from '#workflow';
import { CannotTell, No } from './answer';
import { chosenCapacity } from './capacity';

const role: SpeakingAs = { stage: 'disclosure', body: null, seat: null, capacity: { kind: 'role' } };
const seat = (id: string): SpeakingAs => ({
  stage: 'adoption',
  body: 'defence-ministers',
  seat: id,
  capacity: { kind: 'holder' },
});
const delegate = (delegation: string): SpeakingAs => ({ ...seat('BEL'), capacity: { kind: 'delegate', delegation } });
const [FIRST, SECOND] = ['0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e11', '0b8f7a54-6d0e-4b52-9d3a-3f6f6f0f7e22'];

describe('the capacity in which somebody signs', () => {
  it('is the only one that is open', () => {
    expect(chosenCapacity([role], undefined)).toBe(role);
    expect(chosenCapacity([role], 'disclosure')).toBe(role);
  });

  it('is the one that was named, where several are open', () => {
    const open = [role, seat('DEU'), seat('NOR'), delegate(FIRST), delegate(SECOND)];
    expect(chosenCapacity(open, 'disclosure')).toBe(open[0]);
    expect(chosenCapacity(open, 'adoption:NOR')).toBe(open[2]);
    expect(chosenCapacity(open, `adoption:BEL:${SECOND}`)).toBe(open[4]);
  });

  it('is never guessed', () => {
    const open = [seat('DEU'), delegate(FIRST), delegate(SECOND)];
    for (const wanted of [undefined, 'adoption', 'adoption:BEL']) {
      expect(() => chosenCapacity(open, wanted)).toThrow(CannotTell);
      expect(() => chosenCapacity(open, wanted)).toThrow(`adoption:BEL:${SECOND}`);
    }
  });

  it('is none where nothing fits', () => {
    expect(() => chosenCapacity([], undefined)).toThrow(No);
    for (const wanted of ['consent', 'adoption:FRA', `adoption:DEU:${FIRST}`, 'disclosure:DEU', ''])
      expect(() => chosenCapacity([seat('DEU'), role], wanted)).toThrow(No);
  });
});
