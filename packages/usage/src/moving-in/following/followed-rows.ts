import type { ApplicationCluster, ApplicationProject, ApplicationUser } from '../application-rows.ts';

/** Tables of the application whose changes are followed. Credits are brought over once: each system draws its own. */
export const FOLLOWED_TABLES = ['hopsworks_clusters', 'users', 'user_hopsworks_assignments', 'user_projects'] as const;

export type FollowedTable = (typeof FOLLOWED_TABLES)[number];

/** Where a user is and what they are called there, as deletion and assignment say it together. */
export type FollowedAssignment = {
  readonly userId: string;
  /** Null: on no cluster, or deleted. */
  readonly clusterId: string | null;
  /** Since when, as far as the application says it. */
  readonly at: string | null;
  /** What the cluster calls the user; null: the application does not say. */
  readonly alias: string | null;
};

/** A project, and the cluster that its user was on. */
export type FollowedProject = ApplicationProject & { readonly clusterId: string | null };

/** What of the application's rows is remembered. */
export type FollowedContents = {
  readonly hopsworks_clusters: ApplicationCluster;
  readonly users: ApplicationUser;
  readonly user_hopsworks_assignments: FollowedAssignment;
  readonly user_projects: FollowedProject;
};

/** Why a row is not here as the application has it: it contradicts what hopsmeter has, breaks a rule, or is no more. */
export type FollowedProblem = { readonly kind: 'contradiction' | 'refused' | 'gone'; readonly reason: string };

/** What hopsmeter remembers of a row of the application. */
export type FollowedRow<T> = {
  /** As it was seen last. */
  readonly content: T;
  /** What both systems had when they last agreed; null: they never did. Only what differs from it is a change. */
  readonly agreed: T | null;
  /** The last begin or end in hopsmeter's history of it that both agreed on; null: none. */
  readonly boundary: string | null;
  readonly problem: FollowedProblem | null;
};

/** All of them, by table and key. */
export type FollowedRows = {
  readonly [Table in FollowedTable]: ReadonlyMap<string, FollowedRow<FollowedContents[Table]>>;
};
