import type { UsageRow } from './application-rows.ts';
import { decimal } from './create-application.ts';

/** What a user used in an hour in a namespace, in units of 0.0001: as many as the application's columns can hold. */
export type UsedHour = {
  readonly userId: string;
  /** Null for an account owner. */
  readonly ownerId: string | null;
  readonly clusterId: string;
  readonly namespace: string;
  readonly date: string;
  readonly hour: number;
  readonly cpu: number;
  readonly gpu: number;
  readonly ram: number;
  readonly onlineGb: number;
  readonly offlineGb: number;
};

/** What goes wrong for one user on one day, each as it does in the application. */
export type JobFault = { readonly userId: string; readonly date: string } & (
  | { readonly kind: 'wrong_day' }
  | { readonly kind: 'missing_hour' | 'double_hour'; readonly hour: number }
  | { readonly kind: 'clamped_negative'; readonly hour: number; readonly measured: 'cpu' | 'gpu' | 'ram' }
  | { readonly kind: 'orphan_namespace'; readonly namespace: string }
  | { readonly kind: 'owner_overwritten'; readonly ownerId: string | null }
  | { readonly kind: 'member_not_billed' }
);

type Row = {
  -readonly [K in 'cpu' | 'gpu' | 'ram']: number;
} & {
  cents: number;
  ownerId: string | null;
  clusterId: string;
  /** By namespace: what the last run added, which a second addition of the same run takes back. */
  last: Map<string, { readonly run: string; readonly used: UsedHour }>;
};

const DAY_MS = 86_400_000;

/**
 * What an hour of 0.0001 costs in units of a 7,200,000th of a cent: 35, 350 and 3.5 cents, and a 720th of 50 and 3
 * cents.
 */
const PRICES = { cpu: 25_200, gpu: 252_000, ram: 2_520, online: 50, offline: 3 } as const;
const CENT = 7_200_000;

/**
 * The rows that the application's hourly job leaves, when it does everything as it should, and has the given faults: it
 * reads each row, adds an hour of a namespace, and writes it back into columns that round. All in whole numbers.
 */
export function runHourlyJob(hours: readonly UsedHour[], faults: readonly JobFault[]): UsageRow[] {
  const rows = new Map<string, Row>();
  const inOrder = [...hours].sort((a, b) => compare(`${a.date} ${pad(a.hour)}`, `${b.date} ${pad(b.hour)}`));
  for (const used of inOrder) {
    const own = faults.filter(({ userId, date }) => userId === used.userId && date === used.date);
    const times = own.some((fault) => fault.kind === 'double_hour' && fault.hour === used.hour) ? 2 : 1;
    const isLost = own.some(
      (fault) =>
        (fault.kind === 'missing_hour' && fault.hour === used.hour) ||
        (fault.kind === 'orphan_namespace' && fault.namespace === used.namespace),
    );
    const isLate = used.hour === 23 && own.some(({ kind }) => kind === 'wrong_day');
    const clamped = own.flatMap((fault) =>
      fault.kind === 'clamped_negative' && fault.hour === used.hour ? [fault.measured] : [],
    );
    const measured = { ...used, ...Object.fromEntries(clamped.map((name) => [name, 0])) };
    for (let time = 0; time < times && !isLost; time++)
      add(rows, isLate ? dayAfter(used.date) : used.date, `${used.hour} ${time}`, measured);
  }
  return [...rows].flatMap(([key, row]) => {
    const [userId = '', date = ''] = key.split(' ');
    const own = faults.filter((fault) => fault.userId === userId && fault.date === date);
    const overwritten = own.find((fault) => fault.kind === 'owner_overwritten');
    if (overwritten?.kind === 'owner_overwritten') row.ownerId = overwritten.ownerId;
    return own.some(({ kind }) => kind === 'member_not_billed') ? [] : [describe(userId, date, row)];
  });
}

function add(rows: Map<string, Row>, date: string, run: string, used: UsedHour): void {
  const key = `${used.userId} ${date}`;
  const row = rows.get(key) ?? { cpu: 0, gpu: 0, ram: 0, cents: 0, ownerId: null, clusterId: '', last: new Map() };
  rows.set(key, row);
  const before = row.last.get(used.namespace);
  if (before?.run === run) count(row, before.used, -1);
  count(row, used, 1);
  row.ownerId = used.ownerId;
  row.clusterId = used.clusterId;
  row.last.set(used.namespace, { run, used });
}

function count(row: Row, used: UsedHour, sign: 1 | -1): void {
  row.cpu += sign * used.cpu;
  row.gpu += sign * used.gpu;
  row.ram += sign * used.ram;
  row.cents += sign * roundedCents(used);
}

function roundedCents({ cpu, gpu, ram, onlineGb, offlineGb }: UsedHour): number {
  const cost =
    cpu * PRICES.cpu + gpu * PRICES.gpu + ram * PRICES.ram + onlineGb * PRICES.online + offlineGb * PRICES.offline;
  return Math.floor((2 * cost + CENT) / (2 * CENT));
}

function describe(user_id: string, date: string, row: Row): UsageRow {
  const sizes = [...row.last.values()].map(({ used }) => used);
  return {
    user_id,
    account_owner_id: row.ownerId,
    date,
    opencost_cpu_hours: decimal(row.cpu),
    opencost_gpu_hours: decimal(row.gpu),
    opencost_ram_gb_hours: decimal(row.ram),
    online_storage_gb: decimal(sizes.reduce((sum, { onlineGb }) => sum + onlineGb, 0)),
    offline_storage_gb: decimal(sizes.reduce((sum, { offlineGb }) => sum + offlineGb, 0)),
    network_egress_gb: '0',
    total_credits: '0',
    total_cost: `${Math.floor(row.cents / 100)}.${pad(row.cents % 100)}`,
    project_breakdown: null,
    hopsworks_cluster_id: row.clusterId,
  };
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
