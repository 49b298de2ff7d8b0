import type { Pool } from '../connection/pool.ts';
import { queryOf } from '../connection/query.ts';
import { findEventsAnywhere } from '../events/find-event.ts';
import { type FoundPerson, findPeople } from './find-people.ts';
import { type FoundCluster, type FoundProject, findClusters, findProjects } from './find-places.ts';

/** What has a text in it, the best of each kind first. */
export type Found = {
  /** Account owners. */
  readonly accounts: readonly FoundPerson[];
  /** Members of accounts. */
  readonly people: readonly FoundPerson[];
  readonly projects: readonly FoundProject[];
  readonly clusters: readonly FoundCluster[];
  /** Sources of the events that have the text as their id. */
  readonly eventSources: readonly string[];
};

/**
 * Searches for a text, with at most `limit` of each kind. One statement after the other: whoever types must not take
 * every connection.
 */
export async function search(pool: Pool, text: string, limit: number): Promise<Found> {
  const query = queryOf(pool);
  const accounts = await findPeople(query, { text, isMember: false, limit });
  const people = await findPeople(query, { text, isMember: true, limit });
  const projects = await findProjects(query, text, limit);
  const clusters = await findClusters(query, text, limit);
  const events = await findEventsAnywhere(query, text);
  return {
    accounts,
    people,
    projects,
    clusters,
    eventSources: events.flatMap(({ source }) => source ?? []).slice(0, limit),
  };
}
