import { parseDecimal, QUANTITY_UNITS_MAX, type Quantity, toQuantity } from './decimal.ts';
import type { EventProblem } from './errors.ts';
import { METERS, type Usage } from './event.ts';
import { NAME_LENGTH_MAX } from './limits.ts';
import { isName } from './text.ts';
import { MICROS_PER_HOUR, type Micros } from './time.ts';

/** Bytes of one GB: 2³⁰, as Hopsworks bills. */
export const BYTES_PER_GB = 2n ** 30n;

/** Hours of one GB-month: 30 days. */
export const HOURS_PER_MONTH = 720n;

const QUANTITY_MAX: Quantity = QUANTITY_UNITS_MAX * 10n ** 12n;

/** Turns what an event reports into quantities. Each method rounds once, half to even, to 12 decimals. */
export type Measure = {
  /** core-hours → `cpu_hours` */
  cpu(coreHours: number | string): void;
  /** GPU-hours → `gpu_hours`; the worker moves them to a model's own meter where there is one */
  gpu(gpuHours: number | string): void;
  /** byte-hours ÷ 2³⁰ → `ram_gb_hours` */
  ram(byteHours: number | string): void;
  /** bytes × hours of the window ÷ 2³⁰ → `online_storage_gb_hours` */
  onlineStorage(bytes: number | string): void;
  /** bytes × hours of the window ÷ 2³⁰ → `offline_storage_gb_hours` */
  offlineStorage(bytes: number | string): void;
  /** bytes ÷ 2³⁰ → `network_egress_gb` */
  egress(bytes: number | string): void;
  /** the quantity as it is, on a registered meter */
  named(meter: string, quantity: number | string): void;
};

/** Creates the measures of one event: they append to `usages`, or to `problems` when a value can not be one. */
export function createMeasure(usages: Usage[], problems: EventProblem[], start: Micros, end: Micros): Measure {
  const add = (meter: string, value: number | string, field: string, numerator = 1n, denominator = 1n): void => {
    if (value === 0) return;
    const quantity = readQuantity(value, `/data/${field}`, problems, numerator, denominator);
    if (quantity !== undefined && quantity !== 0n) usages.push({ meter, quantity });
  };
  const stored = (meter: string, bytes: number | string, field: string): void =>
    add(meter, bytes, field, BigInt(end - start), BYTES_PER_GB * BigInt(MICROS_PER_HOUR));
  return {
    cpu: (coreHours) => add(METERS.cpu, coreHours, 'cpuCoreHours'),
    gpu: (gpuHours) => add(METERS.gpu, gpuHours, 'gpuHours'),
    ram: (byteHours) => add(METERS.ram, byteHours, 'ramByteHours', 1n, BYTES_PER_GB),
    onlineStorage: (bytes) => stored(METERS.onlineStorage, bytes, 'onlineBytes'),
    offlineStorage: (bytes) => stored(METERS.offlineStorage, bytes, 'offlineBytes'),
    egress: (bytes) => add(METERS.egress, bytes, 'egressBytes', 1n, BYTES_PER_GB),
    named: (meter, quantity) => {
      if (!isName(meter, NAME_LENGTH_MAX))
        problems.push({
          code: 'INVALID_TEXT',
          pointer: '/data/meter',
          detail: 'expected the name of a registered meter',
        });
      else add(meter, quantity, 'quantity');
    },
  };
}

/**
 * Reads `value × numerator ÷ denominator` as a quantity, rounded once, half to even, to 12 decimals.
 *
 * @returns `undefined` when it can not be one; then `problems` has why.
 */
export function readQuantity(
  value: number | string,
  pointer: string,
  problems: EventProblem[],
  numerator = 1n,
  denominator = 1n,
): Quantity | undefined {
  const read = readDecimal(value, numerator, denominator);
  if (typeof read === 'bigint') return read;
  problems.push({ code: read, pointer, detail: QUANTITY_DETAILS[read] });
  return undefined;
}

const QUANTITY_DETAILS = {
  INVALID_QUANTITY: 'expected a finite decimal number, as a JSON number or a decimal string',
  NEGATIVE_QUANTITY: 'a quantity is never negative',
  QUANTITY_TOO_LARGE: `at most ${QUANTITY_UNITS_MAX} units in one event`,
} as const;

function readDecimal(
  value: number | string,
  numerator: bigint,
  denominator: bigint,
): Quantity | keyof typeof QUANTITY_DETAILS {
  const decimal = parseDecimal(value);
  if (decimal === undefined) return 'INVALID_QUANTITY';
  if (decimal.digits < 0n) return 'NEGATIVE_QUANTITY';
  // Before any power of ten is computed: 1e400 must cost nothing, and a body has room for many.
  if (decimal.digits > 0n && decimal.scale < -40) return 'QUANTITY_TOO_LARGE';
  const quantity = toQuantity(decimal, numerator, denominator);
  return quantity <= QUANTITY_MAX ? quantity : 'QUANTITY_TOO_LARGE';
}
