import { join } from 'node:path';
import { ROOT } from '../../harness/pipeline.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { isReady } from '../chaos-stack.ts';
import { type FaultContext, type FaultKind, nothing, required, type Track } from './fault.ts';

/** The lock of a job lasts 5 s: whoever stands still for longer has lost its jobs to another worker. */
const PAST_LOCK_MS = 7_000;

/** Built beside this file's build. */
const SKEW_CLOCK = join(ROOT, 'test', 'chaos', 'dist', 'chaos', 'skew-clock.js');

/** A service whose servers are away is not ready, and its time of trouble passes too. */
const READY_WITHIN_MS = 8_000;

const HOUR_MS = 3_600_000;

const serviceOf = ({ stack }: FaultContext, target: string) => required(stack.services.get(target), target);

/** Runs a service with more in its environment for a while; a process that dies in that time comes back with it. */
function withEnvironment(
  track: Track,
  targets: readonly string[],
  name: string,
  forMs: readonly [number, number],
  env: NodeJS.ProcessEnv,
): FaultKind {
  return {
    name,
    track,
    targets,
    forMs,
    async begin(context, target) {
      const service = serviceOf(context, target);
      await service.restartWith(env);
      // It has to do some work before anything can happen to it there.
      await waitFor(`${target} to be ready`, () => isReady(service.url), READY_WITHIN_MS).catch(() => undefined);
      return () => serviceOf(context, target).restartWith({});
    },
  };
}

function everyService(track: Track, targets: readonly string[], pauseMs: readonly [number, number]): FaultKind[] {
  const kind = track.slice(0, -1);
  const skew = (hours: number): NodeJS.ProcessEnv => ({
    NODE_OPTIONS: `--import=${SKEW_CLOCK}`,
    CLOCK_OFFSET_MS: String(hours * HOUR_MS),
  });
  return [
    {
      name: `${kind} stands still (SIGSTOP)`,
      track,
      targets,
      forMs: pauseMs,
      async begin(context, target) {
        await serviceOf(context, target).signal('SIGSTOP');
        return () => serviceOf(context, target).signal('SIGCONT');
      },
    },
    {
      name: `${kind} stopped in order (SIGTERM)`,
      track,
      targets,
      forMs: [500, 2_000],
      async begin(context, target) {
        await serviceOf(context, target).restartWith({});
        return nothing;
      },
    },
    withEnvironment(track, targets, `${kind} with a clock one hour ahead`, [3_000, 20_000], skew(1)),
    withEnvironment(track, targets, `${kind} with a clock one hour behind`, [3_000, 20_000], skew(-1)),
  ];
}

function atFailpoints(
  track: Track,
  targets: readonly string[],
  failpoints: readonly (readonly [name: string, setting: string])[],
): FaultKind[] {
  return failpoints.map(([name, FAILPOINTS]) => withEnvironment(track, targets, name, [2_500, 12_000], { FAILPOINTS }));
}

/** What is done to our own processes. */
export function listServiceFaults(ingests: readonly string[], workers: readonly string[]): FaultKind[] {
  return [
    ...everyService('ingests', ingests, [2_500, 12_000]),
    ...everyService('workers', workers, [PAST_LOCK_MS, 20_000]),
    ...atFailpoints('ingests', ingests, [
      ['ingest dies with a request read', 'before-commit=kill:0.3'],
      ['ingest dies before the queue add', 'before-add=kill:0.3'],
      ['ingest dies after the queue add', 'after-add=kill:0.3'],
      ['ingest dies before the answer', 'after-commit=kill:0.3'],
    ]),
    ...atFailpoints('workers', workers, [
      ['worker dies with a job taken', 'before-delivery=kill:0.3'],
      ['worker dies before the statement', 'before-record=kill:0.3'],
      ['worker dies after the statement', 'after-record=kill:0.3'],
      ['worker dies before the job is completed', 'after-delivery=kill:0.3'],
      ['worker fails after the statement', 'after-record=fail:0.3'],
      ['worker waits past its lock before the job is completed', `after-delivery=wait:0.1:${PAST_LOCK_MS}`],
      ['worker blocks its event loop past its lock', `before-record=block:0.1:${PAST_LOCK_MS}`],
    ]),
    killsOf('worker', workers),
    killsOf('ingest', ingests),
  ];
}

function killsOf(kind: string, targets: readonly string[]): FaultKind {
  return {
    name: `${kind} killed (SIGKILL)`,
    track: 'kills',
    targets,
    forMs: [0, 0],
    async begin(context, target) {
      await serviceOf(context, target).kill();
      return nothing;
    },
  };
}
