import {
  createRecording,
  type EventReceipt,
  findOriginals,
  formatSource,
  listCorrectionsToTry,
  listIgnoredNamespaces,
  listManifests,
  listProjectReports,
  loadDirectory,
  postponeParked,
  readCountedInstants,
  readReceipt,
  recallIgnored,
  recordManifests,
  type SettledCounts,
  settleCorrections,
  settleParked,
  settleProjectReports,
  tryRecordBatch,
} from '@hopsmeter/db';
import {
  type CorrectionEvent,
  eventKeyOf,
  type ManifestEvent,
  type ProjectEvent,
  planBatch,
  type ReportedEvent,
  type Usage,
  type UsageEvent,
} from '@hopsmeter/usage';
import {
  createDeferredSettler,
  type DeferredSettler,
} from '../../../services/worker/src/corrections/settle-deferred.ts';
import { retryParked } from '../../../services/worker/src/parked/retry-parked.ts';
import { createBatchRecorder } from '../../../services/worker/src/record/batch-recorder.ts';
import { createDirectoryCache } from '../../../services/worker/src/record/directory-cache.ts';
import { createTestDatabase, type SeededDirectory, seedDirectory, type TestDatabase } from '../db/test-database.ts';
import { HOUR, SAMPLE_START, sampleBatch } from '../usage/sample-events.ts';

/** For tests: a database of its own, and what workers do with the events of one cluster. */
export type CorrectionWorld = {
  readonly database: TestDatabase;
  readonly seeded: SeededDirectory;
  /** Records the events as one batch. */
  record(...events: ReportedEvent[]): Promise<void>;
  /** Records the events as one batch of the other cluster, on which `auth0|elsewhere` has the namespace `ml`. */
  recordElsewhere(...events: ReportedEvent[]): Promise<void>;
  /** Another worker's settler, with a memory of its own. */
  createSettler(onSettled?: (counts: SettledCounts) => void): DeferredSettler;
  /** What a worker does in one round about what is no usage. */
  settle(): Promise<SettledCounts>;
  /** What a worker does about other parked events. */
  retry(kind: 'due' | 'changed'): Promise<void>;
  rowsOf<T extends object>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** The key of the event with this id. */
  keyOf(id: string): string;
  /** What staff see of the event with this id. */
  receiptOf(id: string): Promise<EventReceipt>;
};

const ADD_ELSEWHERE = `
with person as (
  insert into hopsmeter.users (id, email) values ('auth0|elsewhere', 'elsewhere@example.com') on conflict do nothing
    returning id
),
assigned as (
  insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
  select id, $1::uuid, '-infinity' from person
)
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
  select $1::uuid, 'ml', id, '-infinity' from person
`;

export const signal = (): AbortSignal => AbortSignal.timeout(60_000);

export async function createCorrectionWorld(): Promise<CorrectionWorld> {
  const database = await createTestDatabase();
  const { pool } = database;
  const seeded = await seedDirectory(pool);
  const createDirectories = () => createDirectoryCache(() => loadDirectory(pool));
  const recorder = createBatchRecorder({
    store: {
      record: createRecording(pool),
      tryRecord: (record) => tryRecordBatch(pool, record),
      readInstants: (keys) => readCountedInstants(pool, keys),
    },
    directories: createDirectories(),
    onFailure: () => undefined,
  });
  const createSettler: CorrectionWorld['createSettler'] = (onSettled = () => undefined) =>
    createDeferredSettler({
      store: {
        listProjectReports: (limit) => listProjectReports(pool, limit),
        settleProjectReports: (ids) => settleProjectReports(pool, ids),
        listManifests: (limit) => listManifests(pool, limit),
        recordManifests: (ids) => recordManifests(pool, ids),
        listCorrections: (limit) => listCorrectionsToTry(pool, limit),
        findOriginals: (after, limit) => findOriginals(pool, after, limit),
        settle: (request, makePlan) => settleCorrections(pool, request, makePlan),
        postpone: (ids) => postponeParked(pool, ids),
      },
      directories: createDirectories(),
      onSettled,
      onPostponed: () => undefined,
    });
  const recordOn = async (clusterId: string, events: readonly ReportedEvent[]): Promise<void> => {
    const batch = sampleBatch(events, { clusterId });
    await recorder.record((directory, setAside) => planBatch(batch, directory, setAside), signal());
  };
  return {
    database,
    seeded,
    createSettler,
    record: (...events) => recordOn(seeded.clusterId, events),
    async recordElsewhere(...events) {
      await pool.query(ADD_ELSEWHERE, [seeded.emptyClusterId]);
      await recordOn(seeded.emptyClusterId, events);
    },
    async settle() {
      const sum = { counted: 0, duplicates: 0, pending: 0 };
      await createSettler(({ counted, duplicates, pending }) => {
        sum.counted += counted;
        sum.duplicates += duplicates;
        sum.pending += pending;
      }).settle(signal());
      return sum;
    },
    async retry(kind) {
      const store = {
        settle: (...[choice, makePlan]: Parameters<Parameters<typeof retryParked>[0]['store']['settle']>) =>
          settleParked(pool, choice, makePlan),
        postpone: (id: string) => postponeParked(pool, [id]),
      };
      const { version } = await loadDirectory(pool);
      await retryParked(
        {
          store,
          ignored: {
            list: () => listIgnoredNamespaces(pool),
            recall: (...recalled) => recallIgnored(pool, ...recalled),
          },
          directories: createDirectories(),
          onSettled: () => undefined,
          onPostponed: () => undefined,
        },
        kind,
        version,
        signal(),
      );
    },
    async rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []) {
      return (await pool.query<T>(sql, [...parameters])).rows;
    },
    keyOf: (id) => eventKeyOf(seeded.clusterId, { id, sourcePath: '' }),
    async receiptOf(id) {
      const source = formatSource({ clusterId: seeded.clusterId, sourcePath: '' });
      const found = await readReceipt(pool, { id, source, accountOwnerId: undefined });
      if (found === undefined || !('receipt' in found)) throw new Error(`${id} has no receipt`);
      return found.receipt;
    },
  };
}

export type Quantities = Readonly<Record<string, string>>;

/** Quantities as texts, by meter; zeros are left out as `parseEvent` does. */
export function usagesOf(quantities: Quantities): readonly Usage[] {
  return Object.entries(quantities)
    .map(([meter, quantity]) => ({ meter, quantity }))
    .filter(({ quantity }) => quantity !== '0')
    .sort((a, b) => (a.meter < b.meter ? -1 : 1));
}

/** An hour of the namespace `ml`, or what `changes` make of it. */
export function usage(id: string, quantities: Quantities, changes: Partial<UsageEvent> = {}): UsageEvent {
  return {
    id,
    sourcePath: '',
    type: 'compute',
    subject: undefined,
    namespace: 'ml',
    gpuModel: undefined,
    start: SAMPLE_START,
    end: SAMPLE_START + HOUR,
    usages: usagesOf(quantities),
    ...changes,
  };
}

/** A correction, so many minutes after the usage; without quantities a void. */
export function correction(
  id: string,
  replaces: string,
  minutes: number,
  quantities: Quantities = {},
): CorrectionEvent {
  const correctedAt = SAMPLE_START + 3 * HOUR + minutes * 60_000_000;
  return {
    id,
    sourcePath: '',
    type: 'correction',
    replaces,
    correctedAt,
    usages: usagesOf(quantities),
    reason: undefined,
  };
}

export function manifest(id: string, eventCount: number, sums: Quantities = {}, missing?: string): ManifestEvent {
  const usages = Object.entries(sums).map(([meter, quantity]) => ({ meter, quantity }));
  return {
    id,
    sourcePath: '',
    type: 'manifest',
    start: SAMPLE_START,
    end: SAMPLE_START + HOUR,
    eventCount,
    sums: usages,
    missing,
  };
}

/** A report that the namespace is the owner's project 1, created when the hour of usage began. */
export function projectReport(id: string, namespace: string, changes: Partial<ProjectEvent> = {}): ProjectEvent {
  return {
    id,
    sourcePath: '',
    type: 'project',
    namespace,
    projectName: namespace.replaceAll('-', '_'),
    projectId: 1,
    owner: 'auth0|owner',
    reportedAt: SAMPLE_START + HOUR,
    createdAt: SAMPLE_START,
    endedAt: undefined,
    ...changes,
  };
}
