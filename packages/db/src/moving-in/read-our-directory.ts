import type { OurDirectory } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { instantText } from '../sql/instant.ts';
import { centsOf } from '../statements/cents-text.ts';

const READ_USERS = `
select
  users.id, email, name, users.account_owner_id as "accountOwnerId",
  ${instantText('ownership.started_at')} as "ownedSince"
from hopsmeter.users
join hopsmeter.account_ownerships as ownership on ownership.user_id = users.id and ownership.ended_at is null
`;

const READ_CLUSTERS = 'select id, name, max_users as "maxUsers", status from hopsmeter.hopsworks_clusters';

const READ_ASSIGNMENTS = `
select
  user_id as "userId", hopsworks_cluster_id as "clusterId",
  ${instantText('started_at')} as "startedAt", ${instantText('ended_at')} as "endedAt"
from hopsmeter.user_hopsworks_assignments
`;

const READ_ALIASES = `
select
  id, hopsworks_cluster_id as "clusterId", alias, user_id as "userId",
  ${instantText('started_at')} as "startedAt", ${instantText('ended_at')} as "endedAt"
from hopsmeter.user_aliases order by user_aliases.started_at
`;

const READ_PROJECTS = `
select
  id, hopsworks_cluster_id as "clusterId", namespace, user_id as "userId",
  ${instantText('started_at')} as "startedAt", ${instantText('ended_at')} as "endedAt"
from hopsmeter.projects
`;

const READ_GRANTS = `
select account_owner_id as "accountOwnerId", reference, amount::text from hopsmeter.credit_grants
  where reference is not null
`;

const READ_CREDIT_USD = 'select credit_usd::text as "creditUsd" from hopsmeter.rate_cards where is_default';

type User = OurDirectory['users'][number];
type Cluster = OurDirectory['clusters'][number];
type Assignment = OurDirectory['assignments'][number];
type Alias = OurDirectory['aliases'][number];
type Project = OurDirectory['projects'][number];
type Grant = { readonly accountOwnerId: string; readonly reference: string; readonly amount: string };

/** Reads what moving in is planned against, all of one moment. */
export function readOurDirectory(pool: Pool): Promise<OurDirectory> {
  return inSnapshot(pool, ourDirectoryOf);
}

/** {@link readOurDirectory} within a snapshot. */
export async function ourDirectoryOf({ rowsOf }: Query): Promise<OurDirectory> {
  const [card] = await rowsOf<{ creditUsd: string }>(READ_CREDIT_USD);
  if (card === undefined) throw new Error('no rate card is the default');
  const grants = await rowsOf<Grant>(READ_GRANTS);
  return {
    users: await rowsOf<User>(READ_USERS),
    clusters: await rowsOf<Cluster>(READ_CLUSTERS),
    assignments: await rowsOf<Assignment>(READ_ASSIGNMENTS),
    aliases: await rowsOf<Alias>(READ_ALIASES),
    projects: await rowsOf<Project>(READ_PROJECTS),
    grants: grants.map((grant) => ({ ...grant, amount: centsOf(grant.amount) })),
    creditUsd: card.creditUsd,
  };
}
