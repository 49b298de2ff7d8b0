/**
 * Rows of the application database, the one of the system that is in use today, as far as moving in needs them. Times are
 * RFC 3339 in UTC with six decimals, so that equal times are equal texts, in order of time; numbers with decimals are texts.
 */

export type ApplicationUser = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** Null, or the user's own id, for an account owner. */
  readonly accountOwnerId: string | null;
  readonly status: string | null;
  readonly deletedAt: string | null;
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
