import type { Application, AssignmentRow, CreditsRow, ProjectRow, UserRow } from './application-rows.ts';
import { at, clusterId, daysAgo } from './create-application.ts';

/** Rows that are hard to bring over, and what becomes of them. */
export type NastyRows = {
  readonly application: Application;
  /** `table key` of every row that cannot come over. */
  readonly refused: readonly string[];
  /** `table key` of every row that comes over and is mentioned all the same. */
  readonly noted: readonly string[];
};

/**
 * Adds every kind of row of the directory that is hard to bring over to an application in which all is as it should be.
 */
export function addNastyRows(application: Application): NastyRows {
  const owner = at(application.users, 0);
  const other = at(application.users, 1);
  const [here, elsewhere] = [at(application.clusters, 0).id, at(application.clusters, 1).id];
  const user = (id: string, rest: Partial<UserRow> = {}): UserRow => ({
    id,
    email: `${encodeURIComponent(id)}@nasty.example`,
    name: null,
    account_owner_id: null,
    status: 'active',
    deleted_at: null,
    ...rest,
  });
  const on = (user_id: string, hopsworks_cluster_id: string): AssignmentRow => ({
    user_id,
    hopsworks_cluster_id,
    assigned_at: daysAgo(200),
    hopsworks_username: null,
  });
  let projectId = 900_000;
  const project = (user_id: string, rest: Partial<ProjectRow>): ProjectRow => {
    projectId += 1;
    const name = { project_id: projectId, project_name: `nasty_${projectId}`, namespace: `nasty-${projectId}` };
    return { user_id, ...name, status: 'active', created_at: daysAgo(90), last_seen_at: daysAgo(0), ...rest };
  };
  const credits = (user_id: string, rest: Partial<CreditsRow>): CreditsRow => ({
    user_id,
    total_purchased: '0',
    total_used: '0',
    free_credits_granted: '0',
    free_credits_used: '0',
    ...rest,
  });

  const users = [
    user('auth0|deleted', { status: 'deleted', deleted_at: daysAgo(30) }),
    user('auth0|deleted-some-day', { status: 'deleted' }),
    user('auth0|suspended', { status: 'suspended', account_owner_id: owner.id }),
    user('auth0|own-owner', { account_owner_id: 'auth0|own-owner' }),
    user('auth0|member-of-member', { account_owner_id: 'auth0|suspended' }),
    user('..'),
    user('auth0|case-1', { email: 'Case@example.com' }),
    user('auth0|case-2', { email: 'case@example.com' }),
    user("samlp|okta|o'brien <ü>"),
    user('auth0|nowhere'),
    user('auth0|strayed', { account_owner_id: owner.id }),
    user('auth0|on-unlimited'),
    user('auth0|negative'),
    user('auth0|not-a-number'),
    user('auth0|free-only'),
  ];
  const unlimited = { ...at(application.clusters, 0), id: clusterId(99), name: 'unlimited', max_users: null };
  const assignments = [
    on('auth0|deleted', here),
    on('auth0|deleted-some-day', here),
    on('auth0|suspended', here),
    on("samlp|okta|o'brien <ü>", elsewhere),
    on('auth0|strayed', elsewhere),
    on('auth0|on-unlimited', unlimited.id),
    on('auth0|own-owner', elsewhere),
  ];
  const inactive = { status: 'inactive', created_at: daysAgo(300), last_seen_at: daysAgo(200) } as const;
  const nameless = project(owner.id, { namespace: null });
  const unending = project(owner.id, { ...inactive, last_seen_at: null });
  const homeless = project('auth0|nowhere', {});
  const onUnlimited = project('auth0|on-unlimited', {});
  const current = project(owner.id, { namespace: 'nasty-overlap' });
  const overlapping = project(owner.id, { ...inactive, namespace: 'nasty-overlap', last_seen_at: daysAgo(80) });
  const projects = [
    nameless,
    unending,
    homeless,
    onUnlimited,
    current,
    overlapping,
    // One after the other, and the same name on another cluster at the same time.
    project('auth0|suspended', { ...inactive, namespace: 'nasty-reused' }),
    project(owner.id, { namespace: 'nasty-reused' }),
    project(other.id, { ...inactive, namespace: 'nasty-reused', last_seen_at: daysAgo(1) }),
    project('auth0|deleted', {}),
  ];
  const nastyCredits = [
    credits('auth0|negative', { total_purchased: '10', total_used: '10.0001' }),
    credits('auth0|not-a-number', { total_purchased: 'NaN' }),
    credits('auth0|suspended', { total_purchased: '5' }),
    credits('auth0|free-only', { free_credits_granted: '12.3457', free_credits_used: '0.0001' }),
    credits('auth0|nowhere', { total_purchased: null }),
  ];
  const key = ({ user_id, project_id }: ProjectRow) => `user_projects ${user_id}/${project_id}`;
  return {
    application: {
      users: [...application.users, ...users],
      clusters: [...application.clusters, unlimited],
      assignments: [...application.assignments, ...assignments],
      projects: [...application.projects, ...projects],
      credits: [...application.credits, ...nastyCredits],
    },
    refused: [
      'users auth0|member-of-member',
      'users ..',
      `hopsworks_clusters ${unlimited.id}`,
      'user_hopsworks_assignments auth0|deleted-some-day',
      'user_hopsworks_assignments auth0|strayed',
      'user_hopsworks_assignments auth0|on-unlimited',
      ...[nameless, unending, homeless, onUnlimited, overlapping].map(key),
      'user_credits auth0|negative',
      'user_credits auth0|not-a-number',
      'user_credits auth0|suspended',
      'user_credits auth0|nowhere',
    ],
    noted: ['users auth0|case-1', 'users auth0|case-2'],
  };
}
