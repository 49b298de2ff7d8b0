import {
  addMonths,
  allocateCredits,
  buildStatement,
  type Cents,
  type Credits,
  createPricing,
  formatUsageDay,
  isImportedMeter,
  type Quantity,
  roundToCredits,
  type StatementLine,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { type DrawableTotal, planDraws } from '../grants/plan-draws.ts';
import { type PlannedReturns, planReturns } from '../grants/plan-returns.ts';
import { dayOf, PRICING_COLUMNS, type PricingRow, toPricing } from '../pricing/pricing-columns.ts';
import type { AccountMonth } from './read-account-month.ts';
import { readBookedParts } from './read-booked-parts.ts';
import { type AccountPricing, readEffectParts } from './read-effect-parts.ts';
import type { UnitPrice } from './unit-prices.ts';

/** The statement that a line adjusts. */
export type OriginalStatement = { readonly id: string; readonly number: number };

/** A line as a draft or a closed statement shows it. */
export type LineOfStatement = StatementLine & {
  /** The user's name: name or e-mail address. Undefined without either, and for lines of the whole account. */
  readonly userName: string | undefined;
  /** The list prices of its quantity, the earliest first: more than one when the price changed in the month. */
  readonly unitPrices: readonly UnitPrice[];
  /** Its share of the statement's credits. */
  readonly credits: Credits;
  /** Undefined where the usage month is the statement's own, or never had a statement. */
  readonly original: OriginalStatement | undefined;
};

/** What an account's month comes to as of now. */
export type DraftStatement = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  readonly lines: readonly LineOfStatement[];
  /** USD, the exact sum of the lines; negative when credits outweigh. */
  readonly totalExact: Quantity;
  /** `totalExact` rounded once, half away from zero. */
  readonly total: Cents;
  /** What of it is imported usage, which another system has billed: the sum of those lines. */
  readonly imported: Cents;
  /**
   * What closing would draw from prepaid grants now for the rest of the total; of a rest below zero what goes back to
   * them and to the next statements.
   */
  readonly prepaid: Cents;
  /** `total` - `imported` - `prepaid`; never below zero. */
  readonly amountDue: Cents;
  /** USD that one credit costs, by the account's card on the month's last day. */
  readonly creditUsd: Quantity;
  /** `totalExact` in credits. Those of the lines add up to it. */
  readonly credits: Credits;
};

export type ComputedStatement = DraftStatement & PlannedReturns;

/** All prices in force, now or in the future. */
const READ_PRICING = `select ${PRICING_COLUMNS}`;

/** Reads with {@link READ_PRICING}. Belongs to the transaction that the statements are computed in. */
export async function readPricing({ rowsOf }: Query): Promise<AccountPricing> {
  const [row] = await rowsOf<PricingRow>(READ_PRICING);
  if (row === undefined) throw new Error('a select without a table gave no row');
  const snapshot = toPricing(row);
  return { snapshot, pricing: createPricing(snapshot) };
}

/** The statements of an account by month. Parameters: $1 account owner, $2 months. */
const READ_ORIGINALS = `
select month::text, id, number from hopsmeter.statements where account_owner_id = $1 and month = any ($2::date[])
`;

/**
 * Computes an open month's statement from what its transaction sees; stores nothing.
 *
 * @param accountMonth read in the same transaction. Adjustments of closed months' model effects belong to the next
 *   month to be closed: the one before which nothing is booked in an open month.
 */
export async function computeStatement(
  reader: Query,
  prices: AccountPricing,
  { accountOwnerId, month }: { readonly accountOwnerId: string; readonly month: UsageMonth },
  { earlierMonth }: AccountMonth,
): Promise<ComputedStatement> {
  const isNext = earlierMonth === undefined;
  const booked = await readBookedParts(reader, accountOwnerId, month);
  const effects = await readEffectParts(reader, prices, { accountOwnerId, month, isNext });
  const parts = [...booked, ...effects.map((effect) => ({ ...effect, userName: undefined, unitPrices: [] }))];
  const { lines, totalExact, total } = buildStatement(month, parts);
  const originals = await readOriginals(reader, accountOwnerId, month, lines);
  const imported = lines.reduce((sum, { meter, amount }) => (isImportedMeter(meter) ? sum + amount : sum), 0n);
  const { draws, carried } = await planPrepaid(reader, { accountOwnerId, month, total: total - imported });
  const prepaid = draws.reduce((sum, { amount }) => sum + amount, -carried);
  const { creditUsd } = prices.pricing.cardOf(accountOwnerId, addMonths(month, 1) - 1);
  return {
    accountOwnerId,
    month,
    lines: addCredits(lines, creditUsd).map((line) => ({ ...line, original: originals.get(line.usageMonth) })),
    totalExact,
    total,
    prepaid,
    imported,
    amountDue: total - imported - prepaid,
    creditUsd,
    credits: roundToCredits(totalExact, creditUsd),
    draws,
    carried,
  };
}

/** What grants pay of a total, or what they and the next statements get of one below zero. */
async function planPrepaid(reader: Query, total: DrawableTotal): Promise<PlannedReturns> {
  if (total.total < 0n) return planReturns(reader, total);
  return { draws: await planDraws(reader, total), carried: 0n };
}

/** Gives lines their shares of the statement's credits, by largest remainder like their cents. */
export function addCredits<L extends StatementLine>(
  lines: readonly L[],
  creditUsd: Quantity,
): (L & { readonly credits: Credits })[] {
  const { shares } = allocateCredits(
    lines.map(({ amountExact }) => ({ key: '', exact: amountExact })),
    creditUsd,
  );
  return lines.map((line, place) => ({ ...line, credits: shares[place] ?? 0n }));
}

async function readOriginals(
  { rowsOf }: Query,
  accountOwnerId: string,
  month: UsageMonth,
  lines: readonly StatementLine[],
): Promise<ReadonlyMap<UsageMonth, OriginalStatement>> {
  const months = new Set(lines.map(({ usageMonth }) => usageMonth));
  months.delete(month);
  if (months.size === 0) return new Map();
  const rows = await rowsOf<OriginalStatement & { month: string }>(READ_ORIGINALS, [
    accountOwnerId,
    [...months].map(formatUsageDay),
  ]);
  return new Map(rows.map((row) => [dayOf(row.month), { id: row.id, number: row.number }]));
}
