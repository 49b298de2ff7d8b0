import type { Cents } from '../allocate-cents.ts';

/** The tables of the application whose rows make the directory, in the order in which they are brought over. */
export const DIRECTORY_TABLES = [
  'hopsworks_clusters',
  'users',
  'user_hopsworks_assignments',
  'user_projects',
  'user_credits',
] as const;

export type DirectoryTable = (typeof DIRECTORY_TABLES)[number];

/** A row of the application by its key: a user's or cluster's id, `<user id>/<project id>` for a project. */
export type ApplicationKey = { readonly table: DirectoryTable; readonly key: string };

/**
 * A row that does not come over, or of which something is to be known, and why. A row of `usage_daily` is `<user
 * id>/<day>`; `statements` are months that stay open, `<account>/<month>`.
 */
export type ListedRow = {
  readonly table: DirectoryTable | 'usage_daily' | 'statements';
  readonly key: string;
  readonly reason: string;
};

/** One change that brings something over. Moments are as in the rows; null where a period is open. */
export type DirectoryChange = ApplicationKey & (NewRow | ChangedRow);

/** What brings a row over that was not here. */
type NewRow =
  | {
      readonly kind: 'create_cluster';
      readonly clusterId: string;
      readonly name: string;
      readonly maxUsers: number;
      readonly status: 'active' | 'inactive';
    }
  | {
      readonly kind: 'create_user';
      readonly userId: string;
      readonly email: string | null;
      readonly name: string | null;
      readonly accountOwnerId: string | null;
    }
  | {
      readonly kind: 'assign_user';
      readonly userId: string;
      readonly clusterId: string;
      /** When the user was deleted; null for one who is there. */
      readonly until: string | null;
    }
  | ({ readonly kind: 'set_alias' } & AliasTime)
  | ({ readonly kind: 'create_project' } & ProjectTime)
  | ({ readonly kind: 'grant_credit'; readonly validFrom: string } & OurGrant);

/** What a row that came over says anew; `from` is when it happened. */
type ChangedRow =
  | {
      readonly kind: 'change_cluster';
      readonly clusterId: string;
      readonly name?: string | undefined;
      readonly maxUsers?: number | undefined;
      readonly status?: 'active' | 'inactive' | undefined;
    }
  | {
      readonly kind: 'change_user';
      readonly userId: string;
      readonly email?: string | null | undefined;
      readonly name?: string | null | undefined;
    }
  | {
      readonly kind: 'change_owner';
      readonly userId: string;
      readonly accountOwnerId: string | null;
      readonly from: string;
    }
  /** For the audit log only: usage of a suspended user is counted like that of any other. */
  | { readonly kind: 'suspend_user' | 'resume_user'; readonly userId: string; readonly from: string }
  | { readonly kind: 'move_user'; readonly userId: string; readonly clusterId: string; readonly from: string }
  | { readonly kind: 'unassign_user'; readonly userId: string; readonly from: string }
  | { readonly kind: 'end_alias'; readonly aliasId: string; readonly from: string }
  | { readonly kind: 'end_project'; readonly projectId: string; readonly from: string }
  | { readonly kind: 'reopen_project'; readonly projectId: string }
  | { readonly kind: 'hand_over_project'; readonly projectId: string; readonly userId: string; readonly from: string }
  /** The project ends where it was, and begins in another place. */
  | {
      readonly kind: 'move_project';
      readonly projectId: string;
      readonly clusterId: string;
      readonly namespace: string;
      readonly from: string;
    };

/** What a cluster calls a user, or called. */
export type AliasTime = {
  readonly clusterId: string;
  readonly alias: string;
  readonly userId: string;
  /** Null: always. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

export type OurAlias = AliasTime & { readonly id: string };

/** Whose a namespace of a cluster is, or was. */
export type ProjectTime = {
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
  /** Null: always. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

export type OurProject = ProjectTime & { readonly id: string };

export type OurGrant = { readonly accountOwnerId: string; readonly reference: string; readonly amount: Cents };

/** What hopsmeter has. */
export type OurDirectory = {
  readonly users: readonly {
    readonly id: string;
    readonly email: string | null;
    readonly name: string | null;
    readonly accountOwnerId: string | null;
    /** Since when; null: always. */
    readonly ownedSince: string | null;
  }[];
  readonly clusters: readonly {
    readonly id: string;
    readonly name: string;
    readonly maxUsers: number;
    readonly status: string;
  }[];
  /** The whole history. */
  readonly assignments: readonly {
    readonly userId: string;
    readonly clusterId: string;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
  }[];
  readonly aliases: readonly OurAlias[];
  readonly projects: readonly OurProject[];
  /** Those that have a reference. */
  readonly grants: readonly OurGrant[];
  /** What a credit costs, as decimal text. */
  readonly creditUsd: string;
};

/** How many rows of a table there are, and what becomes of them: `read` is the sum of the others. */
export type RowCounts = {
  readonly read: number;
  readonly new: number;
  readonly unchanged: number;
  readonly different: number;
  readonly refused: number;
};

export type DirectoryPlan = {
  /** In the order in which they must be made. */
  readonly changes: readonly DirectoryChange[];
  readonly counts: Readonly<Record<DirectoryTable, RowCounts>>;
  /** Rows that cannot come over. */
  readonly refused: readonly ListedRow[];
  /** Rows that hopsmeter has with other content. What it has stays. */
  readonly different: readonly ListedRow[];
  /** Rows that come over, and what is to be known of them. */
  readonly notes: readonly ListedRow[];
};
