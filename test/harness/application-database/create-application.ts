import { createRandom, type Random } from '../random.ts';
import type { Application, AssignmentRow, ClusterRow, CreditsRow, ProjectRow, UserRow } from './application-rows.ts';

export type ApplicationSize = {
  readonly seed: number;
  readonly clusters: number;
  /** Each has an owner. */
  readonly teams: number;
  /** Owners and members. */
  readonly users: number;
  readonly projects: number;
};

/** What an operator has today. */
export const FULL_SIZE: ApplicationSize = { seed: 1, clusters: 3, teams: 120, users: 500, projects: 1_000 };

const DAY_MS = 86_400_000;

/** Rows are made for the fourteen months before this day, whatever day it is: a seed makes the same rows for ever. */
export const APPLICATION_TODAY = Date.parse('2026-11-20T00:00:00Z');

/** Namespaces are reused: an inactive project of every tenth namespace ended before the active one began. */
const REUSED_EVERY = 10;

/** Makes the rows of an application in which everything is as it should be. The same size makes the same rows. */
export function createApplication(size: ApplicationSize): Application {
  const random = createRandom(size.seed);
  const clusters = Array.from({ length: size.clusters }, (_, index) => createCluster(index));
  const users = Array.from({ length: size.users }, (_, index) => createUser(index, size.teams));
  // Members are on the cluster of their owner.
  const assignments = users.map((user, index) =>
    createAssignment(user, at(clusters, (index % size.teams) % size.clusters)),
  );
  const projects = createProjects(random, users, size);
  const credits = users.slice(0, size.teams).map((owner) => createCredits(random, owner));
  return { clusters, users, assignments, projects, credits };
}

/** An item that must be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no item ${index} of ${items.length}`);
  return item;
}

/** A time so many days before {@link APPLICATION_TODAY}. */
export function daysAgo(days: number): string {
  return new Date(APPLICATION_TODAY - days * DAY_MS).toISOString();
}

export function clusterId(index: number): string {
  return `c1a57e40-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

function createCluster(index: number): ClusterRow {
  const secrets = { api_key: `secret-api-key-${index}`, kubeconfig: `secret-kubeconfig-${index}` };
  const mysql_password = `secret-mysql-password-${index}`;
  return {
    id: clusterId(index),
    name: `cluster-${index}`,
    ...secrets,
    mysql_password,
    max_users: 250,
    status: 'active',
  };
}

/** The first of `teams` users are owners; the others are divided among them. */
function createUser(index: number, teams: number): UserRow {
  const id = `auth0|${String(index).padStart(5, '0')}`;
  const account_owner_id = index < teams ? null : `auth0|${String(index % teams).padStart(5, '0')}`;
  const common = { id, email: `user-${index}@example.com`, name: `User ${index}`, account_owner_id };
  return { ...common, status: 'active', deleted_at: null };
}

function createAssignment(user: UserRow, cluster: ClusterRow): AssignmentRow {
  // Hopsworks makes it of the name and a number: eight characters.
  const hopsworks_username = `user${user.id.slice(-4)}`;
  return { user_id: user.id, hopsworks_cluster_id: cluster.id, assigned_at: daysAgo(430), hopsworks_username };
}

function createProjects(
  random: Random,
  users: readonly UserRow[],
  { projects: count, clusters }: ApplicationSize,
): ProjectRow[] {
  return Array.from({ length: count }, (_, index) => {
    const user = at(users, index % users.length);
    const isEarlier = index % REUSED_EVERY === 0 && index + clusters < count;
    // Another user's active project on the same cluster has the name now.
    const named = isEarlier ? index + clusters : index;
    const project_name = `team_${named}_${random.pick(['fraud', 'churn', 'images'])}`;
    const namespace = `team-${named}-ml`;
    const common = { user_id: user.id, project_id: 1_000 + index, project_name, namespace };
    return isEarlier
      ? { ...common, status: 'inactive', created_at: daysAgo(420), last_seen_at: daysAgo(300 + random.int(50)) }
      : { ...common, status: 'active', created_at: daysAgo(100 + random.int(150)), last_seen_at: daysAgo(0) };
  });
}

function createCredits(random: Random, owner: UserRow): CreditsRow {
  const used = random.int(1_000_000);
  return {
    user_id: owner.id,
    total_purchased: '100.0000',
    total_used: decimal(used),
    free_credits_granted: '20',
    free_credits_used: '20',
  };
}

/** A whole number of 0.0001 as decimal text. */
export function decimal(units: number): string {
  return `${Math.floor(units / 10_000)}.${String(units % 10_000).padStart(4, '0')}`;
}
