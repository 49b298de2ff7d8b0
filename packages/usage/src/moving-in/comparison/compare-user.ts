import { formatUsageDay, type UsageDay } from '../../time.ts';
import { type AddedColumn, costOf } from './additions.ts';
import { type Amount, formatFixed, roundAmount } from './amount.ts';
import { CAUSES, type Cause, COMPARED_MEASURES, type ComparisonRow } from './causes.ts';
import { compareAttribution } from './compare-attribution.ts';
import { columnsOf } from './explain.ts';
import { explainStorage, type StorageMeasure } from './explain-storage.ts';
import type { ApplicationDay, MonthFacts, OurDay, UserFacts } from './facts.ts';
import { changeOf, type Fault } from './faults.ts';
import {
  COLUMN_OF,
  type ColumnMeasure,
  createUserDays,
  type Explanation,
  heldUnits,
  type UserDays,
} from './user-days.ts';

/** Why a measure differs. */
type Reason = { readonly causes: readonly Cause[]; readonly detail: string };

const EQUAL: Reason = { causes: [], detail: '' };

const UNEXPLAINED: Reason = { causes: ['unexplained'], detail: '' };

const NOT_METERED: Reason = { causes: ['not_metered'], detail: '' };

const NEVER_MEASURED: Reason = { causes: ['never_measured'], detail: '' };

const COLUMN_MEASURES = Object.keys(COLUMN_OF) as readonly ColumnMeasure[];

/**
 * Whether a day differs in a way that only its hours explain. Egress is not among them: the application never measures
 * it.
 */
export function needsHours(ours: OurDay | undefined, row: ApplicationDay | undefined): boolean {
  return COLUMN_MEASURES.some(
    (measure) => measure !== 'network_egress_gb' && heldUnits(row, measure) !== ourUnits(ours, measure),
  );
}

/** Compares the days of a user. The rows come in the order of days and measures; equal ones have no cause. */
export function compareUser(user: UserFacts, month: MonthFacts): readonly ComparisonRow[] {
  const days = createUserDays(user, month);
  const known = [...new Set([...user.ours.keys(), ...user.application.keys()])];
  return known
    .filter((day) => day >= month.from && day < month.to)
    .sort((a, b) => a - b)
    .flatMap((day) => compareDay(user, month, days, day));
}

function compareDay(user: UserFacts, month: MonthFacts, days: UserDays, day: UsageDay): readonly ComparisonRow[] {
  const ours = user.ours.get(day);
  const row = user.application.get(day);
  const explain = createReasons(user, month, days, day);
  const columns = COLUMN_MEASURES.map((measure): ComparisonRow => {
    const held = heldUnits(row, measure);
    const units = ourUnits(ours, measure);
    const decimals = COMPARED_MEASURES[measure];
    const { causes, detail } = held === units ? EQUAL : explain(measure, held);
    return {
      userId: user.userId,
      date: formatUsageDay(day),
      measure,
      old: row?.[COLUMN_OF[measure]] ?? null,
      new: formatFixed(units, decimals),
      difference: held === undefined ? null : formatFixed(units - held, decimals),
      causes,
      detail,
    };
  });
  return [...columns, ...compareAttribution(user, month, day)];
}

/** What hopsmeter has of a measure, in units of the application's column. */
function ourUnits(ours: OurDay | undefined, measure: ColumnMeasure): bigint {
  return ours === undefined ? 0n : roundAmount(amountOf(ours, measure), COMPARED_MEASURES[measure]);
}

function amountOf({ amounts, cost }: OurDay, measure: ColumnMeasure): Amount {
  switch (measure) {
    case 'cpu_hours':
      return amounts.cpu;
    case 'gpu_hours':
      return amounts.gpu;
    case 'ram_gb_hours':
      return amounts.ram;
    case 'online_storage_gb':
      return amounts.online;
    case 'offline_storage_gb':
      return amounts.offline;
    case 'network_egress_gb':
      return amounts.egress;
    case 'cost':
      return cost;
  }
}

/** Explains the measures of a day that differ; what is the same for all of them is found once. */
function createReasons(user: UserFacts, month: MonthFacts, days: UserDays, day: UsageDay) {
  let explanations: readonly Explanation[] | undefined;
  const explain = (): readonly Explanation[] => {
    explanations ??= days.explainDay(day);
    return explanations;
  };
  const whenNothingFits = isMetered(user, month, day) ? UNEXPLAINED : NOT_METERED;
  const find = (measure: ColumnMeasure, held: bigint): Reason | undefined => {
    if (measure === 'network_egress_gb') return held === 0n && !month.hasEgress ? NEVER_MEASURED : undefined;
    if (measure === 'cost') return explainCost(user, days, day, held, explain());
    if (!isStorage(measure)) return reasonOf(measure, held, days, day, explain());
    const parts = { parts: days.partsOf(day), before: days.partsOf(day - 1) };
    const found = explain().flatMap(({ faults }) => faults);
    return explainStorage(measure, held, parts, found, listStorageFaults(days.puzzleOf(day).faults));
  };
  return (measure: ColumnMeasure, held: bigint | undefined): Reason => {
    if (held === undefined) return { ...UNEXPLAINED, detail: "the application's number is none" };
    const reason = find(measure, held);
    // Without a cause: what does not add up in hopsmeter itself.
    return reason === undefined || reason.causes.length === 0 ? whenNothingFits : reason;
  };
}

/**
 * Faults that keep whole additions out of a row come before those of single hours, which are hundreds and are not asked
 * for.
 */
function listStorageFaults(faults: Iterable<Fault>): readonly Fault[] {
  const found: Fault[] = [];
  for (const fault of faults) {
    if (ABOUT_HOURS.includes(fault.cause)) break;
    if (isAboutStorage(fault)) found.push(fault);
  }
  return found;
}

const ABOUT_HOURS: readonly Cause[] = ['clamped_negative', 'double_hour', 'missing_hour'];

/** Whether a fault keeps nothing out of the row but storage: otherwise the other columns would tell. */
function isAboutStorage({ cause, removed }: Fault): boolean {
  const isStored = removed.every(({ amounts }) => amounts.cpu + amounts.gpu + amounts.ram === 0n);
  return removed.length > 0 && isStored && cause !== 'wrong_day';
}

function isStorage(measure: ColumnMeasure): measure is StorageMeasure {
  return measure === 'online_storage_gb' || measure === 'offline_storage_gb';
}

/** Whether the clusters of a day had begun to report before it. */
function isMetered({ ours, application }: UserFacts, { meteredSince }: MonthFacts, day: UsageDay): boolean {
  const clusters = new Set(ours.get(day)?.costByCluster.keys() ?? []);
  const named = application.get(day)?.clusterId;
  if (typeof named === 'string') clusters.add(named);
  return [...clusters].every((clusterId) => {
    const since = meteredSince.get(clusterId);
    return since !== undefined && (since.day < day || (since.day === day && since.hour === 0));
  });
}

function reasonOf(
  column: AddedColumn,
  held: bigint,
  days: UserDays,
  day: UsageDay,
  explanations: readonly Explanation[],
): Reason | undefined {
  const explanation = explanations.find(({ columns }) => columns.includes(column));
  if (explanation === undefined) return undefined;
  const faults = explanation.faults.filter((fault) => columnsOf(fault).includes(column));
  const { base } = days.puzzleOf(day);
  const exact = base.exact[column] + changeOf(faults).exact[column];
  const isRounded = roundAmount(exact, COMPARED_MEASURES[column]) !== held;
  return describe(faults, isRounded ? ['rounding_of_small_costs'] : []);
}

function explainCost(
  { userId, ours }: UserFacts,
  days: UserDays,
  day: UsageDay,
  held: bigint,
  explanations: readonly Explanation[],
): Reason | undefined {
  const { base } = days.puzzleOf(day);
  const unmeasured = ours.get(day)?.unmeasuredCost ?? 0n;
  const decimals = COMPARED_MEASURES.cost;
  const more: readonly Cause[] =
    roundAmount(base.exact.cost, decimals) !== roundAmount(base.exact.cost + unmeasured, decimals)
      ? ['never_measured']
      : [];
  const reason = reasonOf('cost', held, days, day, explanations);
  if (reason !== undefined) return { causes: inOrder([...more, ...reason.causes]), detail: reason.detail };
  // Compute is explained and the cost is not, by a cent here and there.
  const [first] = explanations;
  if (first === undefined || first.columns.length === 1) return undefined;
  const owners = [...(ours.get(day)?.costByOwner.keys() ?? [])];
  if (held === 0n && first.faults.length === 0 && owners.every((owner) => owner !== userId))
    return { causes: ['member_not_billed'], detail: `member of ${owners.join(', ')}` };
  const rounded = base.rounded.cost + changeOf(first.faults).rounded.cost;
  const off = held > rounded ? held - rounded : rounded - held;
  const nearTies = days.partsOf(day).filter((part) => isNearTie(costOf(part))).length;
  if (off > BigInt(nearTies)) return undefined;
  return describe(first.faults, [...more, 'rounding_of_small_costs']);
}

/**
 * Whether a cost is so near to half a cent that the application may have rounded it to the other side: it reckons with
 * floating point, and with credits whose prices are themselves rounded to four decimals.
 */
function isNearTie(cost: Amount): boolean {
  const decimals = COMPARED_MEASURES.cost;
  const slack = cost / PRICE_ERROR;
  return roundAmount(cost - slack, decimals) !== roundAmount(cost + slack, decimals);
}

/** The worst of its rounded prices is off by 0.017 %: 0.0857 credits for 0.03 USD. */
const PRICE_ERROR = 5_000n;

function describe(faults: readonly Fault[], more: readonly Cause[]): Reason {
  const causes = inOrder([...faults.map(({ cause }) => cause), ...more]);
  return { causes, detail: faults.map(({ detail }) => detail).join('; ') };
}

/** Each once, the most specific first. */
function inOrder(causes: readonly Cause[]): readonly Cause[] {
  return CAUSES.filter((cause) => causes.includes(cause));
}
