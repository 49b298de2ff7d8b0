import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventMaker, type UsageEvent } from '@hopsmeter/client';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import type { CollectedWindow, Source } from '@hopsmeter/sources';
import { onTestFinished } from 'vitest';
import { createCollectorMetrics } from '../../../services/collector/src/collector-metrics.ts';
import { createFollower, type Follower } from '../../../services/collector/src/hours/follow-source.ts';
import { hourAt } from '../../../services/collector/src/hours/hour.ts';
import { openJournal } from '../../../services/collector/src/hours/journal.ts';
import type { RecheckSettings } from '../../../services/collector/src/hours/look-again.ts';
import { openMarkFile } from '../../../services/collector/src/hours/mark-file.ts';
import type { TestClock } from './test-clock.ts';

export const CLUSTER = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';

/** A collector's folder, and what its process does. A second process on it is a restart after a kill. */
export type FollowerWorld = {
  readonly clock: TestClock;
  /** What the spool was given, in this order. */
  readonly sent: UsageEvent[];
  /** What was logged, as JSON. */
  readonly lines: string[];
  /** What is wrong with ingest's clock, or with the spool. */
  isTimeConfirmed: boolean;
  spoolError: Error | undefined;
  /** Starts a process, and ends it when so much time has passed. */
  run(source: Source, ms: number, recheck?: RecheckSettings): Promise<Follower>;
  metrics(): Promise<string>;
};

export async function createFollowerWorld(clock: TestClock): Promise<FollowerWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-collector-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  let registry = createRegistry({ withProcess: false });
  const world: FollowerWorld = {
    clock,
    sent: [],
    lines: [],
    isTimeConfirmed: true,
    spoolError: undefined,
    async run(source, ms, recheck) {
      registry = createRegistry({ withProcess: false });
      const stop = new AbortController();
      clock.at(clock.elapsed() + ms, () => stop.abort());
      const follower = createFollower(
        {
          source,
          marks: await openMarkFile(directory, source.name, async () => hourAt(clock.now())),
          journal: await openJournal(directory, source.name),
          recheck,
        },
        {
          client: { send: async (events) => keep(world, [events].flat()) },
          maker: createEventMaker(CLUSTER, `/collector/${source.name}`),
          clock,
          logger: createLogger({
            name: 'test',
            level: 'debug',
            destination: { write: (line) => world.lines.push(line) },
          }),
          metrics: createCollectorMetrics(registry, () => undefined),
          isTimeConfirmed: async () => world.isTimeConfirmed,
        },
      );
      await follower.run(stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      });
      return follower;
    },
    metrics: () => registry.metrics(),
  };
  return world;
}

function keep(world: FollowerWorld, events: readonly UsageEvent[]) {
  if (world.spoolError !== undefined) throw world.spoolError;
  world.sent.push(...events);
  return { spooled: events.length, accepted: 0, refused: [] };
}

/** A source with one event an hour, of as many bytes as the number of the call that it answers. */
export function countingSource(changes: Partial<Source> = {}): Source & { readonly asked: string[] } {
  const asked: string[] = [];
  const maker = createEventMaker(CLUSTER, '/collector/egress');
  return {
    name: 'egress',
    kind: 'recorded',
    delayMs: 600_000,
    asked,
    async collect(window): Promise<CollectedWindow> {
      asked.push(window.start);
      const egressBytes = asked.length;
      return { events: [maker.network({ namespace: 'churn', window, egressBytes })], quarantined: [], ignored: [] };
    },
    ...changes,
  };
}
