import type { CategoryType, Clearance, Label, LabelCategory } from '../label';
import { type BaseRecord, type LabelKind, type LabelRecord, ORIGINATOR_TYPES } from './record';
import type { LabelFault } from './validate-label';

export type FromJson<Form> =
  { readonly ok: true; readonly value: Form } | { readonly ok: false; readonly faults: LabelFault[] };

/**
 * The one JSON form of labels and clearances, as the API and the database carry it: `Label`, `Clearance` and `LabelRecord` as
 * they are. These three read a value that came from outside, and refuse whatever is not exactly of that form; whether the policy
 * allows it is for the validation. Unknown members are refused: a misspelt one would otherwise be a rule passed over.
 */
export const labelFromJson = (value: unknown): FromJson<Label> => reading((json) => json.label(value, 'label'));

export const clearanceFromJson = (value: unknown): FromJson<Clearance> => reading((json) => json.clearance(value));

export const recordFromJson = (value: unknown): FromJson<LabelRecord> => reading((json) => json.record(value));

function reading<Form>(read: (json: JsonReader) => Form): FromJson<Form> {
  const reader = new JsonReader();
  const value = read(reader);
  return reader.faults.length === 0 ? { ok: true, value } : { ok: false, faults: reader.faults };
}

const TYPES = ['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE'] as const satisfies readonly CategoryType[];
const KINDS = ['originator', 'alternative', 'metadata', 'legacy'] as const satisfies readonly LabelKind[];
const DEEPEST = 20;

class JsonReader {
  readonly faults: LabelFault[] = [];

  label(value: unknown, place: string): Label {
    const from = this.object(value, place, ['policy', 'classification', 'categories']);
    return {
      policy: this.text(from['policy'], `${place}.policy`),
      classification: this.text(from['classification'], `${place}.classification`),
      categories: this.categories(from['categories'], place),
    };
  }

  clearance(value: unknown): Clearance {
    const from = this.object(value, 'clearance', ['policy', 'classifications', 'categories']);
    return {
      policy: this.text(from['policy'], 'clearance.policy'),
      classifications: this.texts(from['classifications'], 'clearance.classifications'),
      categories: this.categories(from['categories'], 'clearance'),
    };
  }

  record(value: unknown): LabelRecord {
    const from = this.object(value, 'record', [...BASE, 'kind', 'id', 'review']);
    return {
      kind: this.oneOf(from['kind'], KINDS, 'record.kind'),
      ...this.optional(from, 'record', ['id', 'review']),
      ...this.base(from, 'record', 0),
    };
  }

  private base(from: Record<string, unknown>, place: string, depth: number): BaseRecord {
    const { originator, succession } = from;
    return {
      label: this.label(from['label'], `${place}.label`),
      ...this.optional(from, place, ['policyUri', 'privacyMark']),
      ...(originator === undefined ? {} : { originator: this.originator(originator, `${place}.originator`) }),
      created: this.text(from['created'], `${place}.created`),
      ...(succession === undefined ? {} : { succession: this.succession(succession, `${place}.succession`, depth) }),
      ...this.lists(from, place, ['others', 'informationOthers']),
    };
  }

  private succession(value: unknown, place: string, depth: number): NonNullable<BaseRecord['succession']> {
    if (depth > DEEPEST) this.say(place, 'labels succeed one another without end');
    const from = this.object(depth > DEEPEST ? {} : value, place, ['at', 'successor', 'others']);
    const successor = this.object(from['successor'], `${place}.successor`, BASE);
    return {
      at: this.text(from['at'], `${place}.at`),
      successor:
        depth > DEEPEST
          ? { label: { policy: '', classification: '', categories: [] }, created: '' }
          : this.base(successor, `${place}.successor`, depth + 1),
      ...this.lists(from, place, ['others']),
    };
  }

  private originator(value: unknown, place: string): NonNullable<BaseRecord['originator']> {
    const from = this.object(value, place, ['type', 'id']);
    return {
      type: this.oneOf(from['type'], ORIGINATOR_TYPES, `${place}.type`),
      id: this.text(from['id'], `${place}.id`),
    };
  }

  private categories(value: unknown, place: string): LabelCategory[] {
    return this.list(value, `${place}.categories`).map((each, index) => {
      const here = `${place}.categories[${index}]`;
      const from = this.object(each, here, ['tagSet', 'type', 'values']);
      return {
        tagSet: this.text(from['tagSet'], `${here}.tagSet`),
        type: this.oneOf(from['type'], TYPES, `${here}.type`),
        values: this.texts(from['values'], `${here}.values`),
      };
    });
  }

  private optional<Name extends string>(
    from: Record<string, unknown>,
    place: string,
    names: readonly Name[],
  ): Partial<Record<Name, string>> {
    const present = names.filter((name) => from[name] !== undefined);
    return Object.fromEntries(present.map((name) => [name, this.text(from[name], `${place}.${name}`)])) as Partial<
      Record<Name, string>
    >;
  }

  private lists<Name extends string>(
    from: Record<string, unknown>,
    place: string,
    names: readonly Name[],
  ): Partial<Record<Name, string[]>> {
    const present = names.filter((name) => from[name] !== undefined);
    return Object.fromEntries(present.map((name) => [name, this.texts(from[name], `${place}.${name}`)])) as Partial<
      Record<Name, string[]>
    >;
  }

  private object(value: unknown, place: string, members: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.say(place, 'it is no object');
      return {};
    }
    for (const name of Object.keys(value)) if (!members.includes(name)) this.say(place, `it has no member ${name}`);
    return value as Record<string, unknown>;
  }

  private list(value: unknown, place: string): unknown[] {
    if (Array.isArray(value)) return value;
    this.say(place, 'it is no list');
    return [];
  }

  private texts(value: unknown, place: string): string[] {
    return this.list(value, place).map((each, index) => this.text(each, `${place}[${index}]`));
  }

  private text(value: unknown, place: string): string {
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.say(place, 'it is no text, or an empty one');
    return '';
  }

  private oneOf<Word extends string>(value: unknown, words: readonly [Word, ...Word[]], place: string): Word {
    const found = words.find((word) => word === value);
    if (found === undefined) this.say(place, `it is none of ${words.join(', ')}`);
    return found ?? words[0];
  }

  private say(place: string, fault: string): void {
    this.faults.push({ place, fault });
  }
}

const BASE = [
  'label',
  'policyUri',
  'privacyMark',
  'originator',
  'created',
  'succession',
  'others',
  'informationOthers',
];
