import { readFileSync } from 'node:fs';
import { parseQuantity } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Row } from './read-csv.ts';

const VERSIONS = ['1.2', '1.4'] as const;
type Version = (typeof VERSIONS)[number];

const columnSchema = z.strictObject({
  name: z.string(),
  level: z.enum(['Mandatory', 'Conditional', 'Recommended']),
  type: z.enum(['String', 'Decimal', 'Date/Time', 'JSON']),
  nullable: z.boolean(),
  since: z.string(),
  /** The last version that has it. */
  until: z.string().optional(),
  /** Of whom the specification asks a column that is not mandatory. */
  condition: z.string().optional(),
  values: z.array(z.string()).optional(),
  format: z.enum(['Currency', 'Unit', 'Non-negative']).optional(),
});

/** What has to be so of a row before a rule says anything of it. */
const conditionSchema = z.strictObject({
  column: z.string(),
  /** '' is null. */
  is: z.array(z.string()).optional(),
  isNot: z.array(z.string()).optional(),
});

const ruleSchema = z.strictObject({
  id: z.string(),
  version: z.enum(VERSIONS),
  when: z.array(conditionSchema).optional(),
  column: z.string().optional(),
  null: z.boolean().optional(),
  same: z.string().optional(),
  /** The column of which each value of `column` has only one. */
  oneOf: z.string().optional(),
  /** The third is the first times the second, to the last digit. */
  product: z.tuple([z.string(), z.string(), z.string()]).optional(),
});

const modelSchema = z.strictObject({
  about: z.array(z.string()),
  columns: z.array(columnSchema),
  parents: z.record(z.string(), z.string()),
  rules: z.array(ruleSchema),
});

type Column = z.infer<typeof columnSchema>;
type Rule = z.infer<typeof ruleSchema>;

export const MODEL = modelSchema.parse(
  JSON.parse(readFileSync(new URL('./focus-model.json', import.meta.url), 'utf8')),
);

export function columnsOf(version: Version): readonly Column[] {
  return MODEL.columns.filter(({ since, until = version }) => since <= version && version <= until);
}

export const FORMATS: Readonly<Record<Column['type'] | NonNullable<Column['format']>, RegExp>> = {
  String: /^[\s\S]*\S[\s\S]*$/,
  Decimal: /^-?\d+(\.\d+)?$/,
  'Date/Time': /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
  JSON: /^\{[\s\S]*\}$/,
  Currency: /^[A-Z]{3}$/,
  // <units>, <unit>-<times>, or a number and <units>; each also for a time.
  Unit: /^(\d+ [A-Z]\w*|[A-Z]\w*(-(Hours|Days|Months))?)(\/(Hour|Day|Month))?$/,
  'Non-negative': /^\d/,
};

/** Rows of an export that break what the specification says of columns, by the column. */
export function breakColumns(rows: readonly Row[], version: Version): string[] {
  return columnsOf(version).flatMap(({ name, type, format, nullable, values }) =>
    rows.flatMap((row) => {
      const value = row[name];
      if (value === undefined) return [];
      if (value === '') return nullable ? [] : [`${name} is null`];
      const isRight =
        FORMATS[type].test(value) &&
        (format === undefined || FORMATS[format].test(value)) &&
        (values === undefined || values.includes(value));
      return isRight ? [] : [`${name} may not be ${value}`];
    }),
  );
}

/** Rules that rows break, each with the first row that does. */
export function breakRules(rows: readonly Row[], version: Version): string[] {
  return MODEL.rules
    .filter((rule) => rule.version === version)
    .flatMap((rule) => {
      const meant = rows.filter((row) => (rule.when ?? []).every((condition) => holds(row, condition)));
      const broken = meant.find((row) => !keeps(row, rule, meant));
      return broken === undefined ? [] : [`${rule.id}: ${broken.x_ChargeKind} ${broken.SkuId} ${JSON.stringify(rule)}`];
    });
}

function cell(row: Row, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`a rule is about ${column}, which is not there`);
  return value;
}

function holds(row: Row, { column, is, isNot }: z.infer<typeof conditionSchema>): boolean {
  const value = cell(row, column);
  return (is === undefined || is.includes(value)) && !(isNot ?? []).includes(value);
}

function keeps(row: Row, rule: Rule, rows: readonly Row[]): boolean {
  const { product, column, same, oneOf } = rule;
  if (product !== undefined) {
    const [first = '', second = '', third = ''] = product.map((name) => cell(row, name));
    if (first === '' || second === '' || third === '') return false;
    return parseQuantity(first) * parseQuantity(second) === unitsOf24(third);
  }
  if (column === undefined) throw new Error(`${rule.id} says nothing that can be checked`);
  const value = cell(row, column);
  if (rule.null !== undefined) return (value === '') === rule.null;
  if (same !== undefined) return value === cell(row, same);
  if (oneOf === undefined) throw new Error(`${rule.id} says nothing that can be checked`);
  return rows.every((other) => cell(other, column) !== value || cell(other, oneOf) === cell(row, oneOf));
}

/** A decimal as a whole number of 10^-24. */
export function unitsOf24(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(24, '0'));
}
