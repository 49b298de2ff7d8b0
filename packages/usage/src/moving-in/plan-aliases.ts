import { groupBy } from '../group-by.ts';
import { isUserId, USER_ID_FORM } from '../user-id.ts';
import type { ApplicationAssignment, ApplicationDirectory, ApplicationUser } from './application-rows.ts';
import type { AliasTime, DirectoryChange, OurAlias, OurDirectory } from './directory-plan.ts';
import { endOfUser } from './end-of-user.ts';

/** What becomes of the name by which the application says that a cluster calls a user. */
export type AliasPlan =
  /** hopsmeter has it, or there is none. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'new'; readonly change: DirectoryChange }
  /** hopsmeter had it for this user and ended it; `change` begins it again. */
  | { readonly kind: 'ended'; readonly change: DirectoryChange; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export type AliasPlans = {
  of(userId: string): AliasPlan;
  /** The alias that a user has now. */
  findOpen(alias: Pick<AliasTime, 'clusterId' | 'alias' | 'userId'>): OurAlias | undefined;
};

/** A name that the application says; `until` is when its user was deleted. */
type Claim = Pick<AliasTime, 'clusterId' | 'alias' | 'userId'> & { readonly until: string | null };

const KEPT: AliasPlan = { kind: 'kept' };

/**
 * Plans what makes the names of the application aliases. A name that nobody had was always its user's; one of a deleted
 * user was theirs until then, and is the next one's from then on. What hopsmeter has otherwise stays.
 */
export function planAliases(application: ApplicationDirectory, ours: OurDirectory, now: string): AliasPlans {
  const users = new Map(application.users.map((user) => [user.id, user]));
  const held = groupBy(ours.aliases, keyOf);
  const claims = application.assignments.flatMap((one) => claimOf(one, users.get(one.userId), now));
  const plans = new Map<string, AliasPlan>();
  for (const [key, rivals] of groupBy(claims, keyOf)) {
    const inOrder = rivals.toSorted((a, b) => compareEnds(a.until, b.until));
    const liveCount = rivals.filter(({ until }) => until === null).length;
    let before: string | null = null;
    for (const claim of inOrder) {
      plans.set(claim.userId, planClaim(claim, { held: held.get(key) ?? [], before, liveCount }));
      before = claim.until;
    }
  }
  return {
    of: (userId) => plans.get(userId) ?? KEPT,
    findOpen: (alias) =>
      held.get(keyOf(alias))?.find(({ userId, endedAt }) => userId === alias.userId && endedAt === null),
  };
}

/** What a cluster calls a user, by what the application says of both. */
export function aliasOf(
  assignment: ApplicationAssignment | undefined,
  user: ApplicationUser | undefined,
): string | null {
  return assignment?.hopsworksUsername || user?.hopsworksUsername || null;
}

function claimOf(assignment: ApplicationAssignment, user: ApplicationUser | undefined, now: string): Claim[] {
  const { userId, clusterId } = assignment;
  const alias = aliasOf(assignment, user);
  const end = endOfUser(user, now);
  return clusterId === null || alias === null || end.refusal !== undefined
    ? []
    : [{ clusterId, alias, userId, until: end.until }];
}

type Situation = {
  /** The periods of the name here. */
  readonly held: readonly OurAlias[];
  /** When the user lost it who had it before by the application. */
  readonly before: string | null;
  /** How many users have it now by the application. */
  readonly liveCount: number;
};

function planClaim(claim: Claim, { held, before, liveCount }: Situation): AliasPlan {
  const { clusterId, alias, userId, until } = claim;
  const own = held.filter((each) => each.userId === userId);
  if (own.some(({ endedAt }) => until !== null || endedAt === null)) return KEPT;
  if (!isUserId(alias)) return { kind: 'refused', reason: `the Hopsworks user name is not ${USER_ID_FORM}` };
  if (until === null && liveCount > 1)
    return { kind: 'refused', reason: `${liveCount} users of the cluster have the Hopsworks user name ${alias}` };
  const startedAt = [before, ...held.map(({ endedAt }) => endedAt)]
    .filter((end) => end !== null && (until === null || end < until))
    .reduce((last, end) => (last === null || (end !== null && end > last) ? end : last), null);
  const taken = held.find((each) => doOverlap(each, { startedAt, endedAt: until }));
  if (taken !== undefined)
    return { kind: 'refused', reason: `hopsmeter has the Hopsworks user name ${alias} as an alias of ${taken.userId}` };
  const row = { table: 'user_hopsworks_assignments', key: userId } as const;
  const change = { ...row, kind: 'set_alias', clusterId, alias, userId, startedAt, endedAt: until } as const;
  const last = own.at(-1);
  if (last === undefined) return { kind: 'new', change };
  return { kind: 'ended', change, reason: `hopsmeter ended the alias ${alias} of the user at ${last.endedAt}` };
}

type Time = Pick<AliasTime, 'startedAt' | 'endedAt'>;

function doOverlap(a: Time, b: Time): boolean {
  const beginsBefore = (one: Time, other: Time) =>
    one.startedAt === null || other.endedAt === null || one.startedAt < other.endedAt;
  return beginsBefore(a, b) && beginsBefore(b, a);
}

/** In order of time; null is after everything. */
function compareEnds(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return b === null || (a !== null && a < b) ? -1 : 1;
}

function keyOf({ clusterId, alias }: Pick<AliasTime, 'clusterId' | 'alias'>): string {
  return `${clusterId} ${alias}`;
}
