import { readFileSync } from 'node:fs';
import { parseQuantity } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Row } from './read-csv.ts';
import { FORMATS, unitsOf24 } from './read-focus-model.ts';

/** What the published rules of FOCUS 1.2 say of a row. A column that is not there is null. */
type Expression =
  | readonly ['and' | 'or', ...Expression[]]
  | readonly ['is' | 'not', string, ...(string | null)[]]
  | readonly ['same' | 'differ' | 'atLeast', string, string]
  /** Each value of the first column has only one of the second. */
  | readonly ['one', string, string]
  | readonly ['type' | 'format', string, keyof typeof PATTERNS]
  /** The third is the first times the second, to the last digit. */
  | readonly ['product', string, string, string]
  | readonly ['present', string]
  /** Other rules, which hold where this one applies. */
  | readonly ['rule', ...string[]];

/** A virtual currency has any name. */
const PATTERNS = { ...FORMATS, Currency: FORMATS.String, NationalCurrency: FORMATS.Currency };
const patternSchema = z.enum(['String', 'Decimal', 'Date/Time', 'JSON', 'Currency', 'NationalCurrency', 'Unit']);

const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.tuple([z.enum(['and', 'or'])], expressionSchema),
    z.tuple([z.enum(['is', 'not']), z.string()], z.string().nullable()),
    z.tuple([z.enum(['same', 'differ', 'atLeast', 'one']), z.string(), z.string()]),
    z.tuple([z.enum(['type', 'format']), z.string(), patternSchema]),
    z.tuple([z.literal('product'), z.string(), z.string(), z.string()]),
    z.tuple([z.literal('present'), z.string()]),
    z.tuple([z.literal('rule')], z.string()),
  ]),
);

const ruleSchema = z.strictObject({
  id: z.string(),
  keyword: z.enum(['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'RECOMMENDED', 'MAY']),
  /** What a provider has to support before the rule says anything to it. */
  needs: z.array(z.string()).optional(),
  when: expressionSchema.optional(),
  /** So it has to be, of MUST NOT too. */
  must: expressionSchema.optional(),
  unchecked: z.string().optional(),
});

const [, ...lines] = readFileSync(new URL('./focus-rules-1.2.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
export const PUBLISHED = lines.map((line) => ruleSchema.parse(JSON.parse(line)));
const byId = new Map(PUBLISHED.map((rule) => [rule.id, rule]));

type Check = { readonly id: string; readonly when: readonly Expression[]; readonly must: Expression };

/** The rules that a file with these columns must keep, each with the conditions of the rules it is part of. */
export function findChecks(
  columns: readonly string[],
  unsupported: readonly string[],
  id = 'CostAndUsage-D-000-M',
  conditions: readonly Expression[] = [],
): Check[] {
  const { keyword, needs = [], when, must } = ruleOf(id);
  const column = /^(\w+)-C-/.exec(id)?.[1];
  // A column that only should be there, and is, has to be right.
  const isObliged = keyword.startsWith('MUST') || id.includes('-C-000-');
  const isAsked = isObliged && !needs.some((need) => unsupported.includes(need));
  if (must === undefined || !isAsked || (column !== undefined && !columns.includes(column))) return [];
  const all = when === undefined ? conditions : [...conditions, when];
  if (must[0] !== 'rule') return [{ id, when: all, must }];
  const [, ...parts] = must;
  return parts.flatMap((part) => findChecks(columns, unsupported, part, all));
}

/** The ids of the checks that a row fails. */
export function breakChecks(rows: readonly Row[], checks: readonly Check[]): string[] {
  const broken = checks.filter(({ when, must }) => {
    const meant = rows.filter((row) => when.every((condition) => holds(condition, row, rows)));
    return !meant.every((row) => holds(must, row, meant));
  });
  return broken.map(({ id }) => id);
}

function ruleOf(id: string): z.infer<typeof ruleSchema> {
  const rule = byId.get(id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
}

const isDecimal = (text: string): boolean => FORMATS.Decimal.test(text);

function equals(cell: string, value: string | null): boolean {
  if (value === null || cell === value) return cell === (value ?? '');
  return isDecimal(cell) && isDecimal(value) && unitsOf24(cell) === unitsOf24(value);
}

function holds(expression: Expression, row: Row, rows: readonly Row[]): boolean {
  const cell = (column: string, of = row): string => of[column] ?? '';
  switch (expression[0]) {
    case 'and':
    case 'or': {
      const [kind, ...parts] = expression;
      return parts[kind === 'and' ? 'every' : 'some']((part) => holds(part, row, rows));
    }
    case 'rule': {
      const [, ...ids] = expression;
      return ids.map(ruleOf).every(({ when, must }) => {
        const isMeant = when === undefined || holds(when, row, rows);
        return !isMeant || must === undefined || holds(must, row, rows);
      });
    }
    case 'is':
    case 'not': {
      const [kind, column, ...values] = expression;
      return values.some((value) => equals(cell(column), value)) === (kind === 'is');
    }
    case 'same':
      return cell(expression[1]) === cell(expression[2]);
    case 'differ':
      return cell(expression[1]) !== cell(expression[2]);
    case 'atLeast':
      return isDecimal(cell(expression[1])) && unitsOf24(cell(expression[1])) >= unitsOf24(expression[2]);
    case 'one': {
      const [, column, other] = expression;
      return rows.every((each) => cell(column, each) !== cell(column) || cell(other, each) === cell(other));
    }
    case 'type':
    case 'format':
      return cell(expression[1]) === '' || PATTERNS[expression[2]].test(cell(expression[1]));
    case 'product': {
      const [first, second, third] = [cell(expression[1]), cell(expression[2]), cell(expression[3])];
      if (![first, second, third].every(isDecimal)) return false;
      return parseQuantity(first) * parseQuantity(second) === unitsOf24(third);
    }
    case 'present':
      return row[expression[1]] !== undefined;
  }
}
