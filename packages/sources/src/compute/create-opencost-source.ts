import type { Window } from '@hopsmeter/client';
import {
  findProjectNamespaces,
  type GpuNaming,
  hasNamelessGpus,
  type MappedAllocations,
  mapAllocations,
  nameGpusByContainers,
  OpenCostError,
} from '@hopsmeter/opencost';
import { checkIsOver } from '../asking/check-clock.ts';
import { chooseNamespaces } from '../namespaces/choose-namespaces.ts';
import type { CollectedWindow, Note, Source } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { askAllocations, type OpenCostAnswer } from './ask-opencost.ts';
import { type ComputeOptions, DELAY_MS } from './compute-options.ts';
import { createGpuNaming } from './gpu-names.ts';
import { createOpenCostMemory, hourOf } from './opencost-memory.ts';

const HOUR_MS = 3_600_000;

/** OpenCost computes an hour of a thousand pods in seconds; a busy Prometheus behind it takes its time. */
const TIMEOUT_MS = 120_000;

/** After that no sample of an hour comes any more that was not there. */
const LATE_MAX_MS = 3 * HOUR_MS;

export type OpenCostOptions = ComputeOptions & {
  readonly url: URL;
  /** What OpenCost calls the cluster: its own setting `CLUSTER_ID`. */
  readonly clusterName: string;
  /** For one answer; default: 2 minutes. */
  readonly timeoutMs?: number;
};

/**
 * What pods were allocated, as OpenCost recorded it: of each container the greater of what it asked for and what it
 * used.
 */
export function createOpenCostSource(options: OpenCostOptions): Source {
  const { url, timeoutMs = TIMEOUT_MS, delayMs = DELAY_MS, now = Date.now } = options;
  const address = { url, timeoutMs };
  const nameGpu = createGpuNaming(options.gpuModels);

  const hasRows = async (window: Window, signal: AbortSignal): Promise<boolean> => {
    try {
      const { json } = await askAllocations(address, window, 'cluster,namespace,pod', signal);
      return map(json, window, options, nameGpu, () => true).seen.count > 0;
    } catch (error) {
      if (error instanceof SourceError && error.code === 'ANSWER_FAILED') return false;
      throw error;
    }
  };

  const ask = async (window: Window, signal: AbortSignal): Promise<OpenCostAnswer> => {
    const answer = await askAllocations(address, window, 'cluster,namespace,pod', signal);
    checkIsOver(window, answer.serverTime, 'OpenCost');
    const { clusterName } = options;
    if (!reading(() => hasNamelessGpus(answer.json, clusterName))) return answer;
    const containers = await askAllocations(address, window, 'cluster,namespace,pod,container', signal);
    return { ...answer, json: reading(() => nameGpusByContainers(answer.json, containers.json, clusterName)) };
  };

  /** Why an answer knows nothing. No cluster is without pods, so it never means that nothing was used. */
  const explainNothing = async (window: Window, { seen }: MappedAllocations, signal: AbortSignal, at: number) => {
    const { clusterName } = options;
    const { start, end } = window;
    const newest = Math.floor((at - delayMs) / HOUR_MS) * HOUR_MS - HOUR_MS;
    if (Date.parse(end) + LATE_MAX_MS < at && (await hasRows(hourOf(newest), signal)))
      return new SourceError('NOT_KNOWN', `OpenCost has no row of ${start} to ${end}, and has some of the last hour`);
    if (seen.otherClusters.length > 0)
      return new SourceError(
        'ANSWER_FAILED',
        `OpenCost knows nothing of the cluster ${clusterName}, but of ${seen.otherClusters.join(', ')}: ` +
          'set OPENCOST_CLUSTER to what its CLUSTER_ID is',
      );
    return new SourceError('ANSWER_FAILED', `OpenCost answered without a row for ${start} to ${end}`);
  };

  return {
    name: 'compute',
    kind: 'recorded',
    delayMs,
    readReach: createOpenCostMemory(address, hasRows, now).readReach,
    async collect(window, signal): Promise<CollectedWindow> {
      const { json, serverTime } = await ask(window, signal);
      const labelled = reading(() => findProjectNamespaces(json, options.clusterName));
      const { isProject, notes } = await chooseNamespaces(labelled, options, signal);
      const mapped = map(json, window, options, nameGpu, isProject);
      if (mapped.seen.count === 0) throw await explainNothing(window, mapped, signal, serverTime ?? now());
      const { events, quarantined, ignored } = mapped;
      return { events, quarantined, ignored, notes: [...notes, ...describePart(mapped)] };
    },
  };
}

function map(
  json: unknown,
  window: Window,
  { clusterId, clusterName, limits, gpuShares, isPerMember = false }: OpenCostOptions,
  nameGpu: GpuNaming,
  isProject: (namespace: string) => boolean,
): MappedAllocations {
  const given = { ...(limits === undefined ? {} : { limits }), ...(gpuShares === undefined ? {} : { gpuShares }) };
  return reading(() =>
    mapAllocations(json, { clusterId, clusterName, window, nameGpu, isProject, isPerMember, ...given }),
  );
}

function describePart({ seen }: MappedAllocations): Note[] {
  if (!seen.isPart) return [];
  const detail = `no pod was seen for more than ${seen.minutesMax} minutes: OpenCost was away, or samples too rarely`;
  return [{ reason: 'seen_in_part', detail }];
}

function reading<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof OpenCostError)
      throw new SourceError(error.code, `OpenCost: ${error.message}`, { cause: error });
    throw error;
  }
}
