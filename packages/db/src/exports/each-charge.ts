import { addMonths, formatUsageDay, monthOf, parseQuantity, type Quantity, type UsageMonth } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { readPricing } from '../statements/compute-statement.ts';
import { isClosed, rangeOf, readAccountMonth } from '../statements/read-account-month.ts';
import { type AccountPricing, readEffectParts } from '../statements/read-effect-parts.ts';
import { readSummary } from '../statements/read-summary.ts';
import type { Charge, ChargedAccount } from './charge.ts';
import {
  type BilledKey,
  type BilledLine,
  indexLines,
  readBilledLines,
  readInvoicedMonths,
} from './read-billed-lines.ts';
import { type BookedRow, readBookedRows } from './read-booked-rows.ts';
import { type ChargedAccountRow, readChargedAccounts } from './read-charged-accounts.ts';

export type ChargesQuery = {
  readonly month: UsageMonth;
  /** Undefined for all accounts. */
  readonly accountOwnerId: string | undefined;
};

/** All meters, of which there are some dozens. */
const READ_METERS = 'select meter, unit, description from hopsmeter.meters';

type Meter = { readonly meter: string; readonly unit: string; readonly description: string };

type Effect = { readonly usageMonth: UsageMonth; readonly meter: string; readonly amountExact: Quantity };

/** What stands still while the charges of an account are read. */
type AccountFacts = {
  readonly account: ChargedAccount;
  readonly invoiced: ReadonlySet<UsageMonth>;
  readonly findLine: (key: BilledKey) => number | undefined;
  readonly effects: readonly Effect[];
  readonly meters: ReadonlyMap<string, Meter>;
};

/**
 * Reads everything that a month charges, account by account, from one snapshot: each row of the rollup that is booked
 * in it, changes of prices apart, then the account's model effects. Of an open month they are what closing it would
 * bill now.
 *
 * Holds one connection and a snapshot until the last charges are taken, so whoever takes them must not wait for ever.
 * In memory are a page of rows and the lines of one statement.
 *
 * @param take called with some charges, and awaited before the next ones are read.
 * @throws what `take` or the database throws; RangeError when usage has no price.
 */
export function eachCharge(
  pool: Pool,
  { month, accountOwnerId }: ChargesQuery,
  take: (charges: readonly Charge[]) => Promise<void>,
): Promise<void> {
  return inSnapshot(pool, async (snapshot) => {
    const range = rangeOf(month);
    const prices = await readPricing(snapshot);
    const meters = new Map((await snapshot.rowsOf<Meter>(READ_METERS)).map((row) => [row.meter, row]));
    for await (const row of readChargedAccounts(snapshot, range, accountOwnerId)) {
      const facts = { ...(await readFacts(snapshot, prices, row, month)), meters };
      for await (const rows of readBookedRows(snapshot, row.id, range))
        await take(rows.flatMap((booked) => toCharges(booked, facts)));
      if (facts.effects.length > 0) await take(facts.effects.map((effect) => toEffect(effect, facts)));
    }
  });
}

async function readFacts(
  snapshot: Query,
  prices: AccountPricing,
  { id, name }: ChargedAccountRow,
  month: UsageMonth,
): Promise<Omit<AccountFacts, 'meters'>> {
  const invoiced = await readInvoicedMonths(snapshot, id, month);
  const summary = await readSummary(snapshot, id, month);
  const lines = summary === undefined ? [] : await readBilledLines(snapshot, summary.final.id);
  const creditUsd = summary?.creditUsd ?? prices.pricing.cardOf(id, addMonths(month, 1) - 1).creditUsd;
  return {
    account: { id, name, creditUsd, invoiceNumber: summary?.final.number },
    invoiced,
    findLine: indexLines(lines),
    effects: summary === undefined ? await readOpenEffects(snapshot, prices, id, month) : lines.filter(isEffect),
  };
}

const isEffect = ({ kind }: BilledLine): boolean => kind === 'model_effect';

async function readOpenEffects(
  snapshot: Query,
  prices: AccountPricing,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<readonly Effect[]> {
  const accountMonth = await readAccountMonth(snapshot, accountOwnerId, month);
  // Closed with a later month: nothing was booked in it, and nothing ever will be.
  if (isClosed(accountMonth, month)) return [];
  const isNext = accountMonth.earlierMonth === undefined;
  const effects = await readEffectParts(snapshot, prices, { accountOwnerId, month, isNext });
  return effects.filter(({ amountExact }) => amountExact !== 0n);
}

/** One charge for what was used, one for what a later price makes of it, or both. */
function toCharges(row: BookedRow, facts: AccountFacts): Charge[] {
  const quantity = parseQuantity(row.quantity);
  const priceAdjustment = parseQuantity(row.priceAdjustment);
  const { usageDate, meter, userId } = row;
  const usageMonth = monthOf(dayOf(usageDate));
  const kind = row.isLate ? 'late_usage' : 'usage';
  const shared = {
    ...describeMeter(meter, facts),
    account: facts.account,
    from: usageDate,
    to: row.dayAfter,
    usageMonth,
    isCorrection: row.isLate && facts.invoiced.has(usageMonth),
    user: {
      userId,
      userName: row.userName,
      clusterId: row.clusterId,
      clusterName: row.clusterName,
      projectId: row.projectId,
      projectNamespace: row.projectNamespace,
      rateId: row.rateId,
      priceOverrideId: row.priceOverrideId,
    },
  };
  const used: Charge = {
    ...shared,
    kind,
    cost: parseQuantity(row.usedCost),
    linePosition: facts.findLine({ kind, usageMonth, meter, userId }),
    usage: {
      quantity,
      price: parseQuantity(row.price),
      priceQuantity: parseQuantity(row.priceQuantity),
      listPrice: parseQuantity(row.listPrice),
    },
  };
  if (priceAdjustment === 0n) return [used];
  const reRated: Charge = {
    ...shared,
    kind: 're_rating',
    cost: priceAdjustment,
    linePosition: facts.findLine({ kind: 're_rating', usageMonth, meter, userId }),
    usage: undefined,
  };
  return quantity === 0n ? [reRated] : [used, reRated];
}

function toEffect({ usageMonth, meter, amountExact }: Effect, facts: AccountFacts): Charge {
  const kind = 'model_effect';
  return {
    ...describeMeter(meter, facts),
    account: facts.account,
    kind,
    from: formatUsageDay(usageMonth),
    to: formatUsageDay(addMonths(usageMonth, 1)),
    usageMonth,
    cost: amountExact,
    isCorrection: facts.invoiced.has(usageMonth),
    linePosition: facts.findLine({ kind, usageMonth, meter, userId: undefined }),
    user: undefined,
    usage: undefined,
  };
}

function describeMeter(meter: string, { meters }: AccountFacts): Meter {
  const found = meters.get(meter);
  // A foreign key holds it.
  if (found === undefined) throw new Error(`there is no meter ${meter}`);
  return found;
}
