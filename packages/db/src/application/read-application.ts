import {
  type ApplicationAssignment,
  type ApplicationCluster,
  type ApplicationCredits,
  type ApplicationDirectory,
  type ApplicationProject,
  type ApplicationUser,
  DIRECTORY_TABLES,
} from '@hopsmeter/usage';
import { instantText } from '../directory/instant.ts';
import { inApplication } from './in-application.ts';

/** In a fixed order, so that the same rows make the same plan. */
const READ_USERS = `
select
  id::text, email::text, name::text, account_owner_id::text as "accountOwnerId", status::text,
  ${instantText('deleted_at::timestamptz')} as "deletedAt"
from public.users order by id::text collate "C"
`;

/** Without the columns that hold secrets. */
const READ_CLUSTERS = `
select id::text, name::text, max_users::integer as "maxUsers", status::text
from public.hopsworks_clusters order by id::text collate "C"
`;

const READ_ASSIGNMENTS = `
select user_id::text as "userId", hopsworks_cluster_id::text as "clusterId"
from public.user_hopsworks_assignments order by user_id::text collate "C"
`;

const READ_PROJECTS = `
select
  user_id::text as "userId", project_id::text as "projectId", namespace::text, status::text,
  ${instantText('created_at::timestamptz')} as "createdAt", ${instantText('last_seen_at::timestamptz')} as "lastSeenAt"
from public.user_projects order by user_id::text collate "C", project_id
`;

const READ_CREDITS = `
select
  user_id::text as "userId", total_purchased::text as "totalPurchased", total_used::text as "totalUsed",
  free_credits_granted::text as "freeCreditsGranted", free_credits_used::text as "freeCreditsUsed"
from public.user_credits order by user_id::text collate "C"
`;

/**
 * Reads what the directory is made of from the application database, all of one moment. Some thousand rows, all in memory.
 *
 * @throws ApplicationDatabaseError
 */
export function readApplicationDirectory(url: string): Promise<ApplicationDirectory> {
  return inApplication(url, DIRECTORY_TABLES, async ({ rowsOf }) => ({
    users: await rowsOf<ApplicationUser>(READ_USERS),
    clusters: await rowsOf<ApplicationCluster>(READ_CLUSTERS),
    assignments: await rowsOf<ApplicationAssignment>(READ_ASSIGNMENTS),
    projects: await rowsOf<ApplicationProject>(READ_PROJECTS),
    credits: await rowsOf<ApplicationCredits>(READ_CREDITS),
  }));
}
