import type { ApplicationUser } from './application-rows.ts';

/** When a deleted user's time on their cluster ended; null for a user who is there. */
export function endOfUser(
  user: ApplicationUser | undefined,
  now: string,
): { readonly until: string | null; readonly refusal?: string } {
  if (user === undefined) return { until: null };
  if (user.deletedAt !== null && user.deletedAt > now) return { until: null, refusal: 'deleted_at is in the future' };
  if (user.deletedAt === null && user.status === 'deleted')
    return { until: null, refusal: 'the user is deleted, and deleted_at does not say since when' };
  return { until: user.deletedAt };
}
