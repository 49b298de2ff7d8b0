import {
  CLUSTER_SOURCE_PREFIX,
  divideHalfEven,
  EVENT_TYPES,
  formatQuantity,
  ONE,
  parseDecimal,
  type Quantity,
  scaleDecimal,
} from '@hopsmeter/usage';
import type { Allocation } from './allocation-answer.ts';
import type { RowPlace } from './row-place.ts';

/** A quantity as JSON: the number that has exactly this shortest decimal form, or else the decimal as text. */
export type JsonQuantity = number | string;

/** A CloudEvent that ingest takes. */
export type ComputeEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: typeof EVENT_TYPES.compute;
  readonly time: string;
  readonly data: {
    readonly namespace: string;
    readonly window: { readonly start: string; readonly end: string };
    readonly cpuCoreHours: JsonQuantity;
    readonly gpuHours: JsonQuantity;
    readonly ramByteHours: JsonQuantity;
    readonly gpuModel?: string;
  };
};

/** What the rows of one event add up to: those of a namespace whose GPUs are of one model, or that have none. */
export type RowSum = {
  readonly namespace: string;
  readonly level: RowPlace['level'];
  readonly gpuModel: string | undefined;
  cpuCoreHours: Quantity;
  ramByteHours: Quantity;
  gpuHours: Quantity;
  /** Hours of shares of GPUs, before they are divided. */
  sharedGpuHours: Quantity;
};

/** Adds rows up, exactly and in any order: OpenCost's order is that of a Go map. */
export function createRowSums(gpuShares = 1) {
  const sums = new Map<string, RowSum>();
  return {
    add({ namespace, level }: RowPlace, row: Allocation): void {
      const gpuModel = modelOf(row);
      const key = JSON.stringify([namespace, gpuModel]);
      const sum = sums.get(key) ?? { namespace, level, gpuModel, ...NOTHING };
      sums.set(key, sum);
      sum.cpuCoreHours += readQuantity(row.cpuCoreHours);
      sum.ramByteHours += readQuantity(row.ramByteHours);
      sum[row.gpuAllocation?.isGPUShared === true ? 'sharedGpuHours' : 'gpuHours'] += readQuantity(row.gpuHours);
    },
    /** One event for each namespace and GPU model. Shares are divided here, once. */
    events(clusterId: string, window: ComputeEvent['data']['window']): readonly ComputeEvent[] {
      return [...sums.values()].map((sum) => buildEvent(sum, clusterId, window, BigInt(gpuShares)));
    },
  };
}

const NOTHING = { cpuCoreHours: 0n, ramByteHours: 0n, gpuHours: 0n, sharedGpuHours: 0n };

/** A model beside zero GPU-hours says nothing about usage. */
function modelOf({ gpuHours, gpuAllocation }: Allocation): string | undefined {
  return (gpuHours ?? 0) > 0 ? gpuAllocation?.gpuModel?.trim() || undefined : undefined;
}

function readQuantity(value: number | null | undefined): Quantity {
  const decimal = parseDecimal(value ?? 0);
  if (decimal === undefined) throw new RangeError(`${value} is no finite number`);
  return scaleDecimal(decimal, ONE);
}

function buildEvent(
  sum: RowSum,
  clusterId: string,
  window: ComputeEvent['data']['window'],
  gpuShares: bigint,
): ComputeEvent {
  const { namespace, level, gpuModel } = sum;
  // The model that OpenCost tells of a whole namespace may be another one when it is asked again; in the id it would
  // make a second event of the same usage.
  const isModelInId = gpuModel !== undefined && level !== 'namespace';
  return {
    specversion: '1.0',
    id: `opencost/${namespace}/${window.start}/${window.end}${isModelInId ? `/${gpuModel}` : ''}`,
    source: CLUSTER_SOURCE_PREFIX + clusterId,
    type: EVENT_TYPES.compute,
    time: window.end,
    data: {
      namespace,
      window: { start: window.start, end: window.end },
      cpuCoreHours: toJson(sum.cpuCoreHours),
      gpuHours: toJson(sum.gpuHours + divideHalfEven(sum.sharedGpuHours, gpuShares)),
      ramByteHours: toJson(sum.ramByteHours),
      ...(gpuModel === undefined ? {} : { gpuModel }),
    },
  };
}

function toJson(quantity: Quantity): JsonQuantity {
  const text = formatQuantity(quantity);
  const number = Number(text);
  return readQuantity(number) === quantity ? number : text;
}
