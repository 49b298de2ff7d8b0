/**
 * Rows of the application database, the one of the system that is in use today, as far as moving in needs them. Times
 * are RFC 3339 in UTC with six decimals, so that equal times are equal texts, in order of time; numbers with decimals
 * are texts.
 */

export type ApplicationUser = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** Null, or the user's own id, for an account owner. */
  readonly accountOwnerId: string | null;
  readonly status: string | null;
  /** What Hopsworks calls the user. */
  readonly hopsworksUsername: string | null;
  readonly deletedAt: string | null;
  /** When the application says that it changed the row last. */
  readonly updatedAt: string | null;
};

/** Its secrets (`api_key`, `kubeconfig`, `mysql_password`) are never read. */
export type ApplicationCluster = {
  readonly id: string;
  readonly name: string;
  readonly maxUsers: number | null;
  readonly status: string | null;
};

/** Where a user is. The application keeps one row for each user: where they were before is not known. */
export type ApplicationAssignment = {
  readonly userId: string;
  readonly clusterId: string | null;
  readonly assignedAt: string | null;
  /** What that cluster calls the user; null: what the user's own row says. */
  readonly hopsworksUsername: string | null;
};

/** A project. Its cluster is the one that its user is assigned to. */
export type ApplicationProject = {
  readonly userId: string;
  readonly projectId: string;
  readonly namespace: string | null;
  readonly status: string | null;
  readonly createdAt: string | null;
  readonly lastSeenAt: string | null;
};

/** Prepaid and given credits of a user, as decimal texts. */
export type ApplicationCredits = {
  readonly userId: string;
  readonly totalPurchased: string | null;
  readonly totalUsed: string | null;
  readonly freeCreditsGranted: string | null;
  readonly freeCreditsUsed: string | null;
};

/** What the directory is made of. */
export type ApplicationDirectory = {
  readonly users: readonly ApplicationUser[];
  readonly clusters: readonly ApplicationCluster[];
  readonly assignments: readonly ApplicationAssignment[];
  readonly projects: readonly ApplicationProject[];
  readonly credits: readonly ApplicationCredits[];
};

/**
 * A day of a user, as the application billed it. Quantities and money are decimal texts, which may also say `NaN`; the
 * application's own rules make user and day unique, but nothing here relies on it.
 */
export type ApplicationUsage = {
  readonly userId: string | null;
  /** `2026-11-01`; what Postgres takes for a date and is no day (`infinity`, years before Christ) is as it says it. */
  readonly date: string | null;
  /** How many rows there are of this user and day. */
  readonly rowCount: number;
  /** Null on many rows of account owners themselves. */
  readonly accountOwnerId: string | null;
  /** The last cluster that the user was seen on that day. */
  readonly clusterId: string | null;
  readonly cpuHours: string | null;
  readonly gpuHours: string | null;
  readonly ramGbHours: string | null;
  /** The last size of the day in GB, no GB-hours. */
  readonly onlineStorageGb: string | null;
  readonly offlineStorageGb: string | null;
  readonly networkEgressGb: string | null;
  /** In USD, as billed. */
  readonly totalCost: string | null;
  /** JSON by namespace, as text. */
  readonly projectBreakdown: string | null;
};
