/**
 * Why a day of a user differs between the application and hopsmeter, from the most specific cause to the least: of
 * several that fit, the first is told. `unexplained` is what no cause fits.
 */
export const CAUSES = [
  /** The application has no such measure: network egress, and meters that it does not know. */
  'never_measured',
  /** Usage of the last hours of a day was collected after midnight, and is in the row of the next day. */
  'wrong_day',
  /** The day was billed to whoever owned the user when the job ran last. */
  'owner_overwritten',
  /** The row of a day names one cluster, and a namespace of the same name on another cluster is replaced. */
  'last_cluster_wins',
  /** The application did not know whose the namespace was. */
  'orphan_namespace',
  /** The user was a member, and nobody was billed for them. */
  'member_not_billed',
  /** One quantity of an hour is missing while the others of the hour are there: it was negative, and made zero. */
  'clamped_negative',
  /** Two runs of the job counted the same hour. */
  'double_hour',
  /** No run of the job counted the hour. */
  'missing_hour',
  /** The column holds the size of the last hour, for the whole day. */
  'storage_snapshot',
  /** Every addition to the row was rounded to what its column holds, so that small costs add nothing. */
  'rounding_of_small_costs',
  /** Nothing else fits, and the cluster had not begun to report to hopsmeter, or began on that day. */
  'not_metered',
  'unexplained',
] as const;

export type Cause = (typeof CAUSES)[number];

/** What a person reads. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  never_measured: 'never measured by the application',
  wrong_day: 'wrong day by collection time',
  owner_overwritten: 'owner overwritten',
  last_cluster_wins: 'last cluster wins',
  orphan_namespace: 'orphan namespace',
  member_not_billed: 'member not billed',
  clamped_negative: 'clamped negative',
  double_hour: 'double hour',
  missing_hour: 'missing hour',
  storage_snapshot: 'storage counted as a snapshot',
  rounding_of_small_costs: 'rounding of small costs',
  not_metered: 'not metered yet',
  unexplained: 'unexplained',
};

/** What is compared of a day of a user, with the decimals of the application's column. */
export const COMPARED_MEASURES = {
  cpu_hours: 4,
  gpu_hours: 4,
  ram_gb_hours: 4,
  /** GB over the whole day. */
  online_storage_gb: 4,
  offline_storage_gb: 4,
  network_egress_gb: 4,
  /** USD at list prices. */
  cost: 2,
  /**
   * Of the cost that hopsmeter has: what the account owner in the application's row pays. The application: all of it.
   */
  owner_cost: 2,
  /**
   * Of the cost that hopsmeter has: what was used on the cluster in the application's row. The application: all of it.
   */
  cluster_cost: 2,
  /** What is billed for a member whom the application's run for Stripe left out. The application: nothing. */
  billed_cost: 2,
} as const;

export type ComparedMeasure = keyof typeof COMPARED_MEASURES;

/** A measure of a day of a user in both systems. */
export type ComparisonRow = {
  readonly userId: string;
  readonly date: string;
  readonly measure: ComparedMeasure;
  /** As the application has it; null without a row, and where the column is NULL. */
  readonly old: string | null;
  /** As hopsmeter has it, rounded to what the application's column can hold. */
  readonly new: string;
  /** `new` less `old`; null where the application's number is none. */
  readonly difference: string | null;
  /** None: equal. Several where it takes them together. */
  readonly causes: readonly Cause[];
  /** Which hours, namespaces or owners, for a person; empty where there is nothing to add. */
  readonly detail: string;
};
