import { formatUsageDay, type UsageDay } from '@hopsmeter/usage';
import { plainArray, textArray } from '../connection/pg-array.ts';

/** One parameter of a statement: its SQL type, and how it is written from what the statement is about. */
export type Column<Source> = { readonly type: string; readonly write: (source: Source) => string };

/**
 * The parameters of a statement, by list and column. Their numbers in the statement and the order of their values both
 * follow from this one table, so a new column is one line here and its name in the statement.
 */
export type ParameterTable<Source> = Readonly<Record<string, ListColumns<Source>>>;

/** A list travels as arrays in parallel, one parameter a column. */
type ListColumns<Source> = Readonly<Record<string, Column<Source>>>;

/** Makes the columns of a list; `items` finds the list. */
export function columnsOf<Source, Item>(items: (source: Source) => readonly Item[]) {
  const column = (type: string, write: (items: readonly Item[]) => string): Column<Source> => ({
    type: `${type}[]`,
    write: (source) => write(items(source)),
  });
  return {
    /** What never needs quotes: numbers, UUIDs, times. */
    plain: (type: string, read: (item: Item) => string | number | bigint | null) =>
      column(type, (list) => plainArray(list.map(read))),
    text: (read: (item: Item) => string) => column('text', (list) => textArray(list.map(read))),
    json: (read: (item: Item) => string) => column('jsonb', (list) => textArray(list.map(read))),
    day: (read: (item: Item) => UsageDay | undefined) => column('date', (list) => dayArray(list.map(read))),
  };
}

/** Most items share a day with another one, and a day takes long to format. */
function dayArray(days: readonly (UsageDay | undefined)[]): string {
  const texts = new Map<UsageDay | undefined, string | null>([[undefined, null]]);
  return plainArray(
    days.map((day) => {
      const known = texts.get(day);
      if (known !== undefined || day === undefined) return known ?? null;
      const text = formatUsageDay(day);
      texts.set(day, text);
      return text;
    }),
  );
}

/** The parameters as a statement names them: `$3::uuid[]` by list and column. */
export type NumberedColumns<Table> = {
  readonly [List in keyof Table]: { readonly [Name in keyof Table[List]]: string };
};

/** Numbers the columns of a table in their order, from 1. */
export function numberColumns<const Table extends ParameterTable<never>>(table: Table): NumberedColumns<Table> {
  let number = 0;
  const numbered = Object.entries(table).map(([list, columns]) => [
    list,
    Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, `$${++number}::${type}`])),
  ]);
  return Object.fromEntries(numbered);
}

/** Writes the values of a table, in the order of their numbers. */
export function writeColumns<Source>(table: ParameterTable<Source>, source: Source): string[] {
  return Object.values(table).flatMap((columns) => Object.values(columns).map(({ write }) => write(source)));
}

/** A list as a relation of its columns: `unnest($3::uuid[], $4::text[]) as name (id, detail)`. */
export function relation(name: string, columns: Readonly<Record<string, string>>): string {
  return `unnest(${parametersOf(columns)}) as ${name} (${namesOf(columns)})`;
}

/** A list as a relation of its columns and the place of each item, from 1. */
export function placedRelation(name: string, columns: Readonly<Record<string, string>>, place: string): string {
  return `unnest(${parametersOf(columns)}) with ordinality as ${name} (${namesOf(columns)}, ${place})`;
}

/** The columns of one item of a list, each by subscript: `($3::uuid[])[place] as id, …`. */
export function subscripts(columns: Readonly<Record<string, string>>, place: string): string {
  return Object.entries(columns)
    .map(([name, parameter]) => `(${parameter})[${place}] as ${name}`)
    .join(', ');
}

export function parametersOf(columns: Readonly<Record<string, string>>): string {
  return Object.values(columns).join(', ');
}

function namesOf(columns: Readonly<Record<string, string>>): string {
  return Object.keys(columns).join(', ');
}
