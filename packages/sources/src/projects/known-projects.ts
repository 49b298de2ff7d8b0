import { z } from 'zod';

/**
 * What was reported of a project: in each of its namespaces, for one that is moved to another has both for a while.
 * Plain JSON.
 */
const knownProjectSchema = z.object({
  id: z.int().nonnegative(),
  namespace: z.string(),
  name: z.string(),
  owner: z.string(),
  createdAt: z.string(),
  /** Since when it has the namespace: its creation, unless it was moved. */
  since: z.string(),
  /** Time of the last report of it. */
  reportedAt: z.string(),
  /** The hour in which it was found to be gone; its end is reported when that hour is over. */
  goneSince: z.string().optional(),
});

export const knownProjectsSchema = z.object({ projects: z.array(knownProjectSchema) });

export type KnownProject = z.output<typeof knownProjectSchema>;

/** What was reported of all projects. Whoever loses it reports them all again, which changes nothing. */
export type KnownProjects = { readonly projects: readonly KnownProject[] };

export const NO_PROJECTS: KnownProjects = { projects: [] };
