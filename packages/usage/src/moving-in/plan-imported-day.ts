import { hash } from 'node:crypto';
import { formatQuantity, ONE, parseDecimal, QUANTITY_UNITS_MAX, type Quantity, toQuantity } from '../decimal.ts';
import { IMPORTED_METERS } from '../imported-usage.ts';
import { parseUsageDay, type UsageDay } from '../time.ts';
import type { ApplicationUsage } from './application-rows.ts';
import type { OwnersByUser } from './plan-users.ts';

/** Hours for which a day's last size of storage was billed. */
const HOURS_PER_DAY = 24n;

/** The measures of a row: its column, for people; the meter that it becomes; and by what it is multiplied. */
const MEASURES = [
  { field: 'cpuHours', column: 'opencost_cpu_hours', meter: IMPORTED_METERS.cpu, factor: 1n },
  { field: 'gpuHours', column: 'opencost_gpu_hours', meter: IMPORTED_METERS.gpu, factor: 1n },
  { field: 'ramGbHours', column: 'opencost_ram_gb_hours', meter: IMPORTED_METERS.ram, factor: 1n },
  {
    field: 'onlineStorageGb',
    column: 'online_storage_gb',
    meter: IMPORTED_METERS.onlineStorage,
    factor: HOURS_PER_DAY,
  },
  {
    field: 'offlineStorageGb',
    column: 'offline_storage_gb',
    meter: IMPORTED_METERS.offlineStorage,
    factor: HOURS_PER_DAY,
  },
  { field: 'networkEgressGb', column: 'network_egress_gb', meter: IMPORTED_METERS.egress, factor: 1n },
  { field: 'totalCost', column: 'total_cost', meter: IMPORTED_METERS.billed, factor: 1n },
] as const;

/** A measure of a day. */
export type ImportedQuantity = { readonly meter: string; readonly quantity: Quantity };

/** A day of a user as it comes over. */
export type ImportedDay = {
  readonly userId: string;
  readonly date: string;
  readonly accountOwnerId: string;
  readonly clusterId: string;
  /** By imported meter; without zeros, but always with what was billed. */
  readonly usages: readonly ImportedQuantity[];
  /** What the row says: another one of the same user and day has another content. */
  readonly contentHash: bigint;
};

/** What hopsmeter knows, and which days are to come over. */
export type ImportScope = {
  readonly owners: OwnersByUser;
  /** An owner that each user has, or had, who is or was a member. */
  readonly everOwners: ReadonlyMap<string, string>;
  readonly clusterIds: ReadonlySet<string>;
  /** The application's assignment of each user. */
  readonly clusterOf: ReadonlyMap<string, string | null>;
  /** The first day that stays behind, and why. */
  readonly end: { readonly day: UsageDay; readonly reason: string };
  /** What was imported before, by {@link userDayKey}. */
  readonly imported: ReadonlyMap<string, bigint>;
  /** User and day of which metered usage costs something. */
  readonly billed: ReadonlySet<string>;
};

/** What becomes of a row. `billed` is what it says that was billed. */
export type DayOutcome =
  | { readonly kind: 'new'; readonly day: ImportedDay; readonly billed: Quantity }
  | { readonly kind: 'unchanged'; readonly billed: Quantity }
  | { readonly kind: 'different' | 'refused'; readonly reason: string };

/** The identity of a row. */
export function userDayKey(userId: string, date: string): string {
  return `${userId}/${date}`;
}

/**
 * What a row of the application's `usage_daily` becomes, or why it stays behind. Nothing that the row does not say is
 * made up: a measure that is NULL was not measured, an owner that is NULL is the user where they never had an owner, a
 * cluster that is NULL is the one that the application has the user on. What came over before is known by user and day
 * alone, whatever became of the user since.
 */
export function planImportedDay(row: ApplicationUsage, scope: ImportScope): DayOutcome {
  const content = readContent(row);
  if (typeof content === 'string') return { kind: 'refused', reason: content };
  const { userId, date, billed, usages, contentHash } = content;
  const known = scope.imported.get(userDayKey(userId, date));
  if (known === contentHash) return { kind: 'unchanged', billed };
  if (known !== undefined)
    return { kind: 'different', reason: 'the application has changed it since it was imported; that stays as it was' };
  const place = placeRow(row, content, scope);
  if (typeof place === 'string') return { kind: 'refused', reason: place };
  return { kind: 'new', billed, day: { userId, date, ...place, usages, contentHash } };
}

type Content = Pick<ImportedDay, 'userId' | 'date' | 'usages' | 'contentHash'> & {
  readonly day: UsageDay;
  readonly billed: Quantity;
};

/** What a row says by itself, or what is wrong with it. */
function readContent(row: ApplicationUsage): Content | string {
  const { userId, date, accountOwnerId, clusterId } = row;
  if (userId === null) return 'user_id is missing';
  const day = date === null ? undefined : parseUsageDay(date);
  if (date === null || day === undefined) return `the date ${date ?? 'NULL'} is no day`;
  if (row.rowCount > 1) return `there are ${row.rowCount} rows of this user and day`;
  const usages = readUsages(row);
  if (typeof usages === 'string') return usages;
  const said = usages.map(({ meter, quantity }) => `${meter} ${formatQuantity(quantity)}`);
  const contentHash = hashOf([accountOwnerId ?? '', clusterId ?? '', ...said]);
  return { userId, date, day, usages, contentHash, billed: usages.at(-1)?.quantity ?? 0n };
}

/** Who paid for a day and where it was used, or why it cannot come over. */
function placeRow(
  row: ApplicationUsage,
  { userId, date, day }: Content,
  { owners, everOwners, clusterIds, clusterOf, end, billed }: ImportScope,
): Pick<ImportedDay, 'accountOwnerId' | 'clusterId'> | string {
  if (day >= end.day) return end.reason;
  if (!owners.has(userId)) return 'the user is not here';
  const owner = owners.get(userId) ?? everOwners.get(userId);
  const accountOwnerId = row.accountOwnerId ?? (owner === undefined ? userId : undefined);
  if (accountOwnerId === undefined)
    return `account_owner_id is missing, and the user is or was a member of ${owner}: who paid is not known`;
  if (!owners.has(accountOwnerId)) return `the owner ${accountOwnerId} is not here`;
  const clusterId = row.clusterId ?? clusterOf.get(userId) ?? undefined;
  if (clusterId === undefined) return 'hopsworks_cluster_id is missing, and the user is on no cluster';
  if (!clusterIds.has(clusterId)) return `the cluster ${clusterId} is not here`;
  if (billed.has(userDayKey(userId, date))) return 'hopsmeter bills this day itself: its metered usage costs something';
  return { accountOwnerId, clusterId };
}

/** The measures that are not zero and, last, what was billed; or what is wrong. */
function readUsages(row: ApplicationUsage): readonly ImportedQuantity[] | string {
  const usages: ImportedQuantity[] = [];
  for (const { field, column, meter, factor } of MEASURES) {
    const text = row[field];
    if (text === null && field !== 'totalCost') continue;
    if (text === null) return 'total_cost is missing';
    const quantity = readQuantity(text);
    if (typeof quantity === 'string') return `${column} ${quantity}`;
    if (quantity !== 0n || field === 'totalCost') usages.push({ meter, quantity: quantity * factor });
  }
  return usages;
}

/** A quantity, or what is wrong with the text. */
function readQuantity(text: string): Quantity | string {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return `is no number: ${text}`;
  if (decimal.digits < 0n) return `is negative: ${text}`;
  const quantity = toQuantity(decimal);
  if (quantity === undefined) return `has more decimals than a quantity keeps: ${text}`;
  return quantity > QUANTITY_UNITS_MAX * ONE ? `is too large: ${text}` : quantity;
}

/** The first 64 bits of SHA-256, as the ledger's content hashes are. */
function hashOf(texts: readonly string[]): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hash('sha256', texts.join('\0'), 'hex').slice(0, 16)}`));
}
