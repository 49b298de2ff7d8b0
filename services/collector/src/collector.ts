import { join } from 'node:path';
import { type Client, ClientError, type ClientOptions, createClient, createEventMaker } from '@hopsmeter/client';
import type { HealthCheck, Logger } from '@hopsmeter/runtime';
import type { ProjectsSource, Source, SourceName } from '@hopsmeter/sources';
import type { Registry } from 'prom-client';
import { createCollectorMetrics } from './collector-metrics.ts';
import type { Clock, FollowContext } from './follow-context.ts';
import { createFollower, type Follower } from './hours/follow-source.ts';
import { type Hour, hourAt } from './hours/hour.ts';
import { openJournal } from './hours/journal.ts';
import type { RecheckSettings } from './hours/look-again.ts';
import { openMarkFile } from './hours/mark-file.ts';
import { createIngestClock, type IngestClock } from './ingest-clock.ts';
import { createProjectsFollower } from './projects/follow-projects.ts';
import { openProjectsFile } from './projects/projects-file.ts';

export type CollectorOptions = {
  readonly clusterId: string;
  readonly ingestUrl: string;
  readonly key: NonNullable<ClientOptions['key']>;
  /** Spool, marks and journal are in it. */
  readonly directory: string;
  readonly spoolBytesMax?: number | undefined;
  /** The ones that are switched on. */
  readonly sources: readonly (Source | ProjectsSource)[];
  /** First hour of sources that know the past. Default: the hour in which a source is followed for the first time. */
  readonly collectFrom?: Hour | undefined;
  /** The second look at compute. */
  readonly recheck: RecheckSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
};

export type Collector = {
  /**
   * Works until the signal is aborted. While another collector has the folder it waits, and takes over when that one
   * ends.
   *
   * @throws what no waiting repairs.
   */
  run(signal: AbortSignal): Promise<void>;
  /** What `/readyz` asks: the spool, and each source. */
  readonly checks: Readonly<Record<string, HealthCheck>>;
  /** Gives the spool back; what is in it is sent by the next one. */
  close(): Promise<void>;
};

/** They send a day's events of a large cluster in seconds. What they hold is memory of the cluster's. */
const SENDING = { connections: 2, batchEventsMax: 500, batchBytesMax: 262_144 };

/** How often a folder is tried that another collector has. */
const STANDBY_MS = 10_000;

/** How often ingest is asked for the time before anything is collected for the first time. */
const FIRST_TIME_MS = 5_000;

/** Creates a collector: a client with its spool, and a follower for each source. */
export function createCollector(options: CollectorOptions): Collector {
  const { sources, clock, logger, registry } = options;
  let client: Client | undefined;
  const followers = new Map<SourceName, Follower>();
  const metrics = createCollectorMetrics(registry, () => client?.stats());
  const ingestClock = createIngestClock(new URL(options.ingestUrl), clock, logger);

  const createFollowerOf = async (
    source: Source | ProjectsSource,
    context: FollowContext,
    signal: AbortSignal,
  ): Promise<Follower> => {
    const { directory } = options;
    if ('report' in source) return createProjectsFollower(source, await openProjectsFile(directory), context);
    const first = (): Promise<Hour> => findFirstHour(source, options, ingestClock, signal);
    const marks = await openMarkFile(directory, source.name, first);
    const journal = await openJournal(directory, source.name);
    const recheck = source.name === 'compute' ? options.recheck : undefined;
    return createFollower({ source, marks, journal, recheck }, context);
  };

  const follow = async (source: Source | ProjectsSource, spool: Client, signal: AbortSignal): Promise<void> => {
    const context: FollowContext = {
      client: spool,
      maker: createEventMaker(options.clusterId, `/collector/${source.name}`),
      clock,
      logger,
      metrics,
      isTimeConfirmed: ingestClock.isConfirmed,
    };
    const follower = await createFollowerOf(source, context, signal);
    followers.set(source.name, follower);
    await follower.run(signal);
  };

  const checkSource = (name: SourceName): ReturnType<HealthCheck> => {
    const state = followers.get(name)?.state();
    if (state === undefined) return { ok: false, detail: 'has not begun' };
    return { ok: state.failure === undefined, detail: `${state.hoursBehind} hours behind` };
  };

  return {
    async run(signal) {
      const spool = await openSpool(options, signal);
      client = spool;
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      // One that fails for good ends all: a supervisor that starts the process anew is told what is wrong.
      const following = sources.map(async (source) => {
        try {
          await follow(source, spool, either);
        } catch (error) {
          if (signal.aborted || stop.signal.aborted) return;
          stop.abort();
          throw error;
        }
      });
      const outcomes = await Promise.allSettled(following);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    checks: {
      spool: () => ({ ok: client !== undefined, detail: client === undefined ? 'another collector has it' : 'open' }),
      ...Object.fromEntries(sources.map(({ name }) => [name, () => checkSource(name)])),
    },
    async close() {
      await client?.close();
      for (const source of sources) await source.close?.();
    },
  };
}

async function openSpool(options: CollectorOptions, signal: AbortSignal): Promise<Client> {
  const { clock, logger } = options;
  for (let tries = 0; ; tries += 1) {
    try {
      return await createClient({
        url: options.ingestUrl,
        key: options.key,
        clusterId: options.clusterId,
        spoolDirectory: join(options.directory, 'spool'),
        ...SENDING,
        ...(options.spoolBytesMax === undefined ? {} : { spoolBytesMax: options.spoolBytesMax }),
        onProblem: ({ code, message, retryInMs }) =>
          logger.warn({ code, detail: message, retryInMs, hint: 'nothing is lost; it is tried again' }, 'sending'),
        onRefused: (refusals) =>
          logger.error(
            { count: refusals.length, first: refusals[0], hint: 'they are in refusals.ndjson of the spool' },
            'ingest refused events',
          ),
      });
    } catch (error) {
      if (!(error instanceof ClientError && error.code === 'SPOOL_IN_USE')) throw error;
      if (tries === 0) logger.info('another collector has the spool; this one waits until it ends');
      await clock.sleep(STANDBY_MS, signal);
    }
  }
}

/**
 * The first hour that is this collector's to report. The clock of a machine that was just started may be wrong by
 * years: without a setting, ingest says what time it is.
 */
async function findFirstHour(
  { kind }: Source,
  { collectFrom, clock, logger }: CollectorOptions,
  ingestClock: IngestClock,
  signal: AbortSignal,
): Promise<Hour> {
  if (kind === 'recorded' && collectFrom !== undefined) return collectFrom;
  const begun = clock.elapsed();
  for (let tries = 0; ; tries += 1) {
    const time = await ingestClock.read(signal);
    // The hour in which it began to wait is its own too.
    if (time !== undefined) return hourAt(time - (clock.elapsed() - begun));
    if (tries === 0) logger.info('waiting for ingest, to begin with the hour that it is');
    await clock.sleep(FIRST_TIME_MS, signal);
  }
}
