import type { Condition, Ordering, Value } from './condition';
import { attributesOf } from './condition';

/** A column, as SQL that names it, and what it holds. A `uuid` is compared as its text in small letters. */
export interface Column {
  readonly sql: string;
  readonly type: 'text' | 'uuid' | 'number' | 'boolean' | 'moment' | 'texts';
}

/** The columns of the attributes that rules may ask about. */
export type Columns = Readonly<Record<string, Column>>;

type Parameter = string | number | boolean | string[];

/** Values on their way to the database, numbered in order. */
export class Parameters {
  readonly values: Parameter[] = [];

  constructor(private readonly first: number) {}

  bind(value: Parameter, type: string): string {
    this.values.push(value);
    return `$${String(this.first + this.values.length - 1)}::${type}`;
  }
}

/** Whether a row says everything that a condition asks about; undefined when no row does. */
export function saidSql(condition: Condition, columns: Columns): string | undefined {
  const asked = attributesOf(condition).map((name) => columnOf(columns, name));
  if (asked.includes(undefined)) return undefined;
  return asked.map((column) => `${column?.sql ?? ''} IS NOT NULL`).join(' AND ');
}

const columnOf = (columns: Columns, name: string): Column | undefined =>
  Object.hasOwn(columns, name) ? columns[name] : undefined;

/**
 * The condition as SQL, for rows that say everything it asks about. INVARIANT: it is the same answer as `matcherOf`, and for such
 * rows never NULL. A value of another type than the column is like nothing in it.
 */
export function conditionSql(condition: Condition, columns: Columns, parameters: Parameters): string {
  const deeper = (part: Condition): string => conditionSql(part, columns, parameters);
  switch (condition.is) {
    case 'and':
      return `(${condition.parts.map(deeper).join(' AND ')})`;
    case 'or':
      return `(${condition.parts.map(deeper).join(' OR ')})`;
    case 'not':
      return `(NOT ${deeper(condition.part)})`;
    case 'exists':
      // The row says it: that is asked beforehand.
      return condition.wanted ? 'TRUE' : 'FALSE';
    case 'equal':
      return oneOf(known(columns, condition.attribute), [condition.value], parameters);
    case 'one-of':
      return oneOf(known(columns, condition.attribute), condition.values, parameters);
    case 'all-of':
      return allOf(known(columns, condition.attribute), condition.values, parameters);
    default:
      return ordered(known(columns, condition.attribute), condition.is, condition.value, parameters);
  }
}

function known(columns: Columns, name: string): Column {
  const column = columnOf(columns, name);
  if (column === undefined) throw new Error(`no column says ${name}`);
  return column;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The values that a column of this type can hold at all, with the type that they are bound as. */
function comparable(
  { type }: Column,
  values: readonly Value[],
): { readonly values: readonly Value[]; readonly as: string } {
  const texts = values.filter((value) => typeof value === 'string').filter((value) => !value.includes('\0'));
  switch (type) {
    case 'text':
    case 'texts':
      return { values: texts, as: 'text' };
    case 'uuid':
      return { values: texts.filter((value) => UUID.test(value)), as: 'uuid' };
    case 'number':
      return { values: values.filter((value) => typeof value === 'number'), as: 'float8' };
    case 'boolean':
      return { values: values.filter((value) => typeof value === 'boolean'), as: 'boolean' };
    case 'moment':
      return { values: [], as: 'timestamptz' };
  }
}

function oneOf(column: Column, wanted: readonly Value[], parameters: Parameters): string {
  const { values, as } = comparable(column, wanted);
  const [only] = values;
  if (only === undefined) return 'FALSE';
  if (column.type === 'texts') return `(${column.sql} && ${parameters.bind(values.map(String), 'text[]')})`;
  const left = column.type === 'number' ? `(${column.sql})::float8` : column.sql;
  if (values.length === 1) return `(${left} = ${parameters.bind(only, as)})`;
  return `(${values.map((value) => `${left} = ${parameters.bind(value, as)}`).join(' OR ')})`;
}

function allOf(column: Column, wanted: readonly Value[], parameters: Parameters): string {
  const { values } = comparable(column, wanted);
  if (wanted.length === 0 || values.length < wanted.length) return 'FALSE';
  if (column.type === 'texts') return `(${column.sql} @> ${parameters.bind(values.map(String), 'text[]')})`;
  return `(${values.map((value) => oneOf(column, [value], parameters)).join(' AND ')})`;
}

function ordered(column: Column, ordering: Ordering, value: number | Date, parameters: Parameters): string {
  if (typeof value === 'number')
    return column.type === 'number'
      ? `((${column.sql})::float8 ${ordering} ${parameters.bind(value, 'float8')})`
      : 'FALSE';
  // A decision knows moments to the millisecond.
  return column.type === 'moment'
    ? `(date_trunc('milliseconds', ${column.sql}) ${ordering} ${parameters.bind(value.toISOString(), 'timestamptz')})`
    : 'FALSE';
}
