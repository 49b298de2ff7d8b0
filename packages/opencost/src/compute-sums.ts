import { type ComputeEvent, createEventMaker, type Quantity as JsonQuantity, type Window } from '@hopsmeter/client';
import { divideHalfEven, formatQuantity, ONE, parseDecimal, type Quantity, scaleDecimal } from '@hopsmeter/usage';

/** What reports compute: whoever asks what of a cluster's usage, these are the same events. */
const SOURCE_PATH = '/collector/compute';

/** What one pod or container used within a window. */
export type ComputeUse = {
  readonly namespace: string;
  /** The user, where the pod tells and it is wanted. */
  readonly subject: string | undefined;
  readonly gpuModel: string | undefined;
  readonly cpuCoreHours: Quantity;
  readonly ramByteHours: Quantity;
  readonly gpuHours: Quantity;
  /** What one of `gpuHours` is: 1 ÷ 1 for whole GPUs, 2 ÷ 7 for a slice of two sevenths. */
  readonly gpuPart: GpuPart;
};

/** A part of a GPU. */
export type GpuPart = { readonly numerator: bigint; readonly denominator: bigint };

export const WHOLE_GPU: GpuPart = { numerator: 1n, denominator: 1n };

type Sum = {
  readonly namespace: string;
  readonly subject: string | undefined;
  readonly gpuModel: string | undefined;
  cpuCoreHours: Quantity;
  ramByteHours: Quantity;
  /** By the denominator of their parts, so that each is divided once. */
  readonly gpuHours: Map<bigint, Quantity>;
};

/** Adds usage up, exactly and in any order: OpenCost's order is that of a Go map. */
export function createComputeSums() {
  const sums = new Map<string, Sum>();
  return {
    add({ namespace, subject, gpuModel, cpuCoreHours, ramByteHours, gpuHours, gpuPart }: ComputeUse): void {
      const key = JSON.stringify([namespace, subject, gpuModel]);
      const place = { namespace, subject, gpuModel };
      const sum = sums.get(key) ?? { ...place, cpuCoreHours: 0n, ramByteHours: 0n, gpuHours: new Map() };
      sums.set(key, sum);
      sum.cpuCoreHours += cpuCoreHours;
      sum.ramByteHours += ramByteHours;
      const { numerator, denominator } = gpuPart;
      sum.gpuHours.set(denominator, (sum.gpuHours.get(denominator) ?? 0n) + gpuHours * numerator);
    },
    /** One event for each namespace, user and GPU model, in the order of their ids. */
    events(clusterId: string, window: Window): readonly ComputeEvent[] {
      const make = createEventMaker(clusterId, SOURCE_PATH);
      return [...sums.values()]
        .map(({ namespace, subject, gpuModel, ...sum }) =>
          make.compute({
            namespace,
            window,
            ...(subject === undefined ? {} : { subject }),
            ...(gpuModel === undefined ? {} : { gpuModel }),
            cpuCoreHours: writeQuantity(sum.cpuCoreHours),
            gpuHours: writeQuantity(divideGpuHours(sum.gpuHours)),
            ramByteHours: writeQuantity(sum.ramByteHours),
          }),
        )
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

function divideGpuHours(hours: ReadonlyMap<bigint, Quantity>): Quantity {
  return [...hours].reduce((sum, [denominator, value]) => sum + divideHalfEven(value, denominator), 0n);
}

/** @throws RangeError when the number is none. */
export function readNumber(value: number): Quantity {
  const decimal = parseDecimal(value);
  if (decimal === undefined) throw new RangeError(`${value} is no finite number`);
  return scaleDecimal(decimal, ONE);
}

/** The JSON number that has exactly this shortest decimal form, or else the decimal as text. */
function writeQuantity(quantity: Quantity): JsonQuantity {
  const text = formatQuantity(quantity);
  const number = Number(text);
  return readNumber(number) === quantity ? number : text;
}
