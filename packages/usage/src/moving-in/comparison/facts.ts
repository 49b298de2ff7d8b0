import type { UsageDay } from '../../time.ts';
import type { Amount } from './amount.ts';

/** What the application measures each hour in each namespace. Storage is the size in GB, the others are hours. */
export const MEASURED = ['cpu', 'gpu', 'ram', 'online', 'offline'] as const;

export type Measured = (typeof MEASURED)[number];

/**
 * What hopsmeter counted for a user in one hour of a day in one namespace of a cluster: one addition of the
 * application's job.
 */
export type HourPart = {
  readonly day: UsageDay;
  /** The hour in which the windows began, 0 to 23. */
  readonly hour: number;
  readonly clusterId: string;
  /** Null outside of any project. */
  readonly namespace: string | null;
  readonly accountOwnerId: string;
  readonly amounts: Readonly<Record<Measured, Amount>>;
  /** USD at list prices. */
  readonly costs: Readonly<Record<Measured, Amount>>;
};

/** What hopsmeter has of a day of a user, without imported usage. */
export type OurDay = {
  /** Storage is GB over the whole day. */
  readonly amounts: Readonly<Record<Measured | 'egress', Amount>>;
  readonly cost: Amount;
  /** The part of it that the application has no measure for. */
  readonly unmeasuredCost: Amount;
  readonly costByOwner: ReadonlyMap<string, Amount>;
  readonly costByCluster: ReadonlyMap<string, Amount>;
};

/** What the application has of a day of a user. Numbers are texts as Postgres writes them. */
export type ApplicationDay = {
  readonly accountOwnerId: string | null;
  readonly clusterId: string | null;
  readonly cpuHours: string | null;
  readonly gpuHours: string | null;
  readonly ramGbHours: string | null;
  readonly onlineStorageGb: string | null;
  readonly offlineStorageGb: string | null;
  readonly networkEgressGb: string | null;
  readonly totalCost: string | null;
  readonly isReportedToStripe: boolean;
};

/** A namespace that the application knows to be the user's. */
export type KnownNamespace = { readonly namespace: string; readonly createdAt: string | null };

/**
 * All that is known of a user, for the days that are compared and, where there is something, two before and one after.
 */
export type UserFacts = {
  readonly userId: string;
  /** The owner in the application's row of the user, of today; undefined when the application has no such user. */
  readonly currentOwnerId: string | null | undefined;
  readonly namespaces: readonly KnownNamespace[];
  readonly ours: ReadonlyMap<UsageDay, OurDay>;
  readonly application: ReadonlyMap<UsageDay, ApplicationDay>;
  /** Of the days that need their hours, and those around them. */
  readonly parts: ReadonlyMap<UsageDay, readonly HourPart[]>;
};

/** What is the same for all users. */
export type MonthFacts = {
  /** The days that are compared: from the first up to, but not including, the last. */
  readonly from: UsageDay;
  readonly to: UsageDay;
  /** When a cluster's first usage began. A cluster that is not in it never reported any. */
  readonly meteredSince: ReadonlyMap<string, { readonly day: UsageDay; readonly hour: number }>;
  /** Days of which the application reported some row to Stripe. */
  readonly reportedDays: ReadonlySet<UsageDay>;
  /** Whether the application has network egress of anybody in these days. */
  readonly hasEgress: boolean;
};
