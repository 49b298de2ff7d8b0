import { type Pool, schema } from '@hopsmeter/db';
import { formatUsageDay, parseEvent, parseUsageDay, type ReportedEvent } from '@hopsmeter/usage';
import { drizzle } from 'drizzle-orm/node-postgres';
import { createRandom } from '../random.ts';
import { recordEvents } from '../record-events.ts';
import { clusterId, decimal } from './create-application.ts';
import type { UsedHour } from './hourly-job.ts';
import { insertRows } from './load-application.ts';
import { APPLICATION_TABLES } from './tables.ts';

export const EAST = clusterId(0);
const WEST = clusterId(1);

/**
 * Who is metered: Anna's account with Ben in it, Cora, who stores much, and Dan, who moves to another cluster in the
 * month.
 */
const PEOPLE = [
  { id: 'auth0|anna', ownerId: null, namespaces: ['anna-one', 'anna-two'] },
  { id: 'auth0|ben', ownerId: 'auth0|anna', namespaces: ['ben'] },
  { id: 'auth0|cora', ownerId: null, namespaces: ['cora'] },
  { id: 'auth0|dan', ownerId: null, namespaces: ['dan'] },
] as const;

/** Dan moves on this day, within this hour: the hour is on both clusters. */
export const MOVE = { date: '2026-11-14', hour: 11 };
const MOVED_AT = '2026-11-14T11:30:00Z';

/** Hours in which people work; storage is measured in all of them. */
const WORKING_HOURS = [0, 5, 9, 10, 11, 12, 15, 22, 23];
const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Units of 0.0001. */
const WHOLE = 10_000;

/** November 2026, with the last day of October before it, in hours whose costs are whole cents. */
export function createMonth(): UsedHour[] {
  const random = createRandom(7);
  const first = parseUsageDay('2026-10-31') ?? 0;
  const days = Array.from({ length: 31 }, (_, place) => formatUsageDay(first + place));
  return days.flatMap((date) =>
    PEOPLE.flatMap(({ id: userId, ownerId, namespaces }) =>
      (userId === 'auth0|cora' ? ALL_HOURS : WORKING_HOURS).flatMap((hour) =>
        namespaces.flatMap((namespace) =>
          clustersOf(userId, date, hour).map((cluster) => ({
            ...{ userId, ownerId, clusterId: cluster, namespace, date, hour },
            cpu: WHOLE * (1 + random.int(40)),
            gpu: userId === 'auth0|anna' ? WHOLE * random.int(3) : 0,
            ram: WHOLE * 2 * (1 + random.int(40)),
            // 72 GB in RonDB and 240 GB in HopsFS cost 5 cents and 1 cent an hour.
            onlineGb: userId === 'auth0|cora' ? WHOLE * 72 : 0,
            offlineGb: userId === 'auth0|cora' ? WHOLE * 240 : 0,
          })),
        ),
      ),
    ),
  );
}

function clustersOf(userId: string, date: string, hour: number): readonly string[] {
  if (userId !== 'auth0|dan' || date < MOVE.date || (date === MOVE.date && hour < MOVE.hour)) return [EAST];
  return date === MOVE.date && hour === MOVE.hour ? [EAST, WEST] : [WEST];
}

/** Puts the people and the hours into hopsmeter, as clusters report them. */
export async function meterMonth(pool: Pool, hours: readonly UsedHour[]): Promise<void> {
  const tables = drizzle(pool);
  const clusters = [EAST, WEST].map((id, place) => ({ id, name: `cluster-${place}`, maxUsers: 100 }));
  await tables.insert(schema.hopsworksClusters).values(clusters);
  const users = PEOPLE.map(({ id, ownerId }) => ({ id, email: emailOf(id), accountOwnerId: ownerId }));
  for (const user of users) await tables.insert(schema.users).values(user);
  const always = { startedAt: '-infinity' };
  await tables
    .insert(schema.userHopsworksAssignments)
    .values(PEOPLE.map(({ id: userId }) => ({ userId, hopsworksClusterId: EAST, ...always, endedAt: endOf(userId) })));
  await tables
    .insert(schema.userHopsworksAssignments)
    .values({ userId: 'auth0|dan', hopsworksClusterId: WEST, startedAt: MOVED_AT });
  await tables
    .insert(schema.projects)
    .values([
      ...PEOPLE.flatMap(({ id: userId, namespaces }) =>
        namespaces.map((namespace) => ({ hopsworksClusterId: EAST, namespace, userId, ...always })),
      ),
      { hopsworksClusterId: WEST, namespace: 'dan', userId: 'auth0|dan', ...always },
    ]);
  for (const cluster of [EAST, WEST])
    await recordEvents(pool, cluster, hours.filter((used) => used.clusterId === cluster).flatMap(describeHour));
}

/** Creates the application's tables with the people in them. */
export async function createApplicationOf(pool: Pool): Promise<void> {
  await pool.query(APPLICATION_TABLES);
  await insertRows(
    pool,
    'hopsworks_clusters',
    [EAST, WEST].map((id) => ({ id, name: id })),
  );
  await insertRows(
    pool,
    'users',
    PEOPLE.map(({ id, ownerId }) => ({
      ...{ id, email: emailOf(id), account_owner_id: ownerId, status: 'active', billing_mode: 'postpaid' },
      ...{ created_at: '2026-01-01Z', updated_at: '2026-01-01Z' },
    })),
  );
  let projectId = 0;
  await insertRows(
    pool,
    'user_projects',
    PEOPLE.flatMap(({ id: user_id, namespaces }) =>
      namespaces.map((namespace) => {
        projectId += 1;
        return { user_id, project_id: projectId, namespace, status: 'active', created_at: '2026-01-01Z' };
      }),
    ),
  );
}

function endOf(userId: string): string | null {
  return userId === 'auth0|dan' ? MOVED_AT : null;
}

function emailOf(id: string): string {
  return `${id.slice('auth0|'.length)}@example.com`;
}

const BYTES_PER_GB = 2 ** 30;

/** The events of an hour: what was computed, and what was stored where something was. */
function describeHour(used: UsedHour): ReportedEvent[] {
  const start = `${used.date}T${String(used.hour).padStart(2, '0')}:00:00Z`;
  const window = { start, end: new Date(Date.parse(start) + 3_600_000).toISOString() };
  const common = { specversion: '1.0', source: `urn:hopsworks:cluster:${used.clusterId}`, time: window.end };
  const inBytes = (units: number): string => `${(units / WHOLE) * BYTES_PER_GB}`;
  const compute = {
    ...common,
    id: `compute/${used.namespace}/${start}`,
    type: 'ai.hopsworks.usage.compute.v1',
    data: {
      ...{ namespace: used.namespace, window, cpuCoreHours: decimal(used.cpu), gpuHours: decimal(used.gpu) },
      ramByteHours: inBytes(used.ram),
    },
  };
  const storage = {
    ...common,
    id: `storage/${used.namespace}/${start}`,
    type: 'ai.hopsworks.usage.storage.v1',
    data: {
      ...{ namespace: used.namespace, window },
      ...{ onlineBytes: inBytes(used.onlineGb), offlineBytes: inBytes(used.offlineGb) },
    },
  };
  return [compute, ...(used.onlineGb + used.offlineGb > 0 ? [storage] : [])].map((event) =>
    read(event, used.clusterId),
  );
}

function read(event: object, cluster: string): ReportedEvent {
  const parsed = parseEvent(event, { clusterId: cluster, now: Date.parse('2026-12-02T00:00:00Z') * 1_000 });
  if (!parsed.ok) throw new Error(`no event: ${JSON.stringify(parsed.problems)}`);
  return parsed.event;
}
