import type { OurDirectory } from './directory-plan.ts';

/** Where a user is or was, for a person. */
export function describePeriod({ clusterId, endedAt }: OurDirectory['assignments'][number]): string {
  return endedAt === null ? `${clusterId} now` : `${clusterId} until ${endedAt}`;
}
