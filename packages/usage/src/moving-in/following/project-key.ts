import type { ApplicationProject } from '../application-rows.ts';

/** The key of a project's row. */
export function projectKey({ userId, projectId }: ApplicationProject): string {
  return `${userId}/${projectId}`;
}
