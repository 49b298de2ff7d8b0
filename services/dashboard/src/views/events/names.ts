import type { UsageDailyRow } from '../../api/schemas.ts';
import { meterName } from '../../format/quantity.ts';
import type { EventSearch, Filter } from './event-search.ts';

/** What people call ids, by kind of id. */
export type Names = Readonly<Record<'account' | 'user' | 'project' | 'cluster', ReadonlyMap<string, string>>>;

/** The names that rows of the rollup tell; ids whose name is not known are not in it. */
export function namesOf(rows: readonly UsageDailyRow[]): Names {
  const names = {
    account: new Map<string, string>(),
    user: new Map<string, string>(),
    project: new Map<string, string>(),
    cluster: new Map<string, string>(),
  };
  for (const { accountOwnerId, userId, projectId, clusterId, labels } of rows) {
    if (labels.account !== undefined) names.account.set(accountOwnerId, labels.account);
    if (labels.user !== undefined) names.user.set(userId, labels.user);
    if (labels.project !== undefined && projectId !== null) names.project.set(projectId, labels.project);
    if (labels.cluster !== undefined) names.cluster.set(clusterId, labels.cluster);
  }
  return names;
}

/** A filter's value as people call it. */
export function nameOfFilter(filter: Filter, search: EventSearch, names: Names): string {
  const value = search[filter] ?? '';
  if (filter === 'meter') return meterName(value);
  if (filter === 'bookedOn' || filter === 'hour') return value;
  if (filter === 'project' && value === 'none') return 'outside of any';
  return names[filter].get(value) ?? value;
}
