import { parseDecimal, QUANTITY_UNITS_MAX, scaleDecimal } from './decimal.ts';
import type { EventProblem } from './errors.ts';
import { METERS, type Usage } from './event.ts';
import { type ExactQuantity, type ExactUnits, formatExactUnits, ONE_EXACT } from './exact-quantity.ts';
import { NAME_LENGTH_MAX } from './limits.ts';
import { isName } from './text.ts';
import { MICROS_PER_HOUR, type Micros } from './time.ts';

/** Bytes of one GB: 2³⁰, as Hopsworks bills. */
const BYTES_PER_GB = 2n ** 30n;

const UNITS_MAX: ExactUnits = QUANTITY_UNITS_MAX * ONE_EXACT;

/** What one of something reported is, in units of 10⁻³² of its meter: `numerator ÷ denominator`. */
type Factor = { readonly numerator: bigint; readonly denominator: bigint };

const WHOLE: Factor = { numerator: ONE_EXACT, denominator: 1n };

/** Without a remainder: 2³⁰ divides 10³². */
const PER_BYTE: Factor = { numerator: ONE_EXACT / BYTES_PER_GB, denominator: 1n };

/** Turns what an event reports into quantities. Each method rounds once, half to even, to 32 decimals. */
export type Measure = {
  /** core-hours → `cpu_hours` */
  cpu(coreHours: number | string): void;
  /** GPU-hours → `gpu_hours`; the worker moves them to a model's own meter where there is one */
  gpu(gpuHours: number | string): void;
  /** byte-hours ÷ 2³⁰ → `ram_gb_hours` */
  ram(byteHours: number | string): void;
  /**
   * bytes × hours of the window ÷ 2³⁰ → `online_storage_gb_hours`, `offline_storage_gb_hours`. They may be measured
   * apart, so one may be missing: that says nothing of it, not even that there is none.
   */
  storage(onlineBytes: number | string | undefined, offlineBytes: number | string | undefined): void;
  /** bytes ÷ 2³⁰ → `network_egress_gb` */
  egress(bytes: number | string): void;
  /** the quantity as it is, on a registered meter */
  named(meter: string, quantity: number | string): void;
};

/** Creates the measures of one event: they append to `usages`, or to `problems` when a value cannot be one. */
export function createMeasure(usages: Usage[], problems: EventProblem[], start: Micros, end: Micros): Measure {
  const add = (meter: string, value: number | string, field: string, factor = WHOLE): void => {
    if (value === 0) return;
    const quantity = readQuantity(value, `/data/${field}`, problems, factor);
    if (quantity !== undefined && quantity !== '0') usages.push({ meter, quantity });
  };
  return {
    cpu: (coreHours) => add(METERS.cpu, coreHours, 'cpuCoreHours'),
    gpu: (gpuHours) => add(METERS.gpu, gpuHours, 'gpuHours'),
    ram: (byteHours) => add(METERS.ram, byteHours, 'ramByteHours', PER_BYTE),
    storage: (onlineBytes, offlineBytes) => {
      const factor = perByteOver(end - start);
      if (onlineBytes === undefined && offlineBytes === undefined)
        problems.push({
          code: 'MISSING_FIELD',
          pointer: '/data/onlineBytes',
          detail: 'onlineBytes, offlineBytes or both are required',
        });
      if (onlineBytes !== undefined) add(METERS.onlineStorage, onlineBytes, 'onlineBytes', factor);
      if (offlineBytes !== undefined) add(METERS.offlineStorage, offlineBytes, 'offlineBytes', factor);
    },
    egress: (bytes) => add(METERS.egress, bytes, 'egressBytes', PER_BYTE),
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

/** A byte over a window, in GB-hours. Most windows are an hour, and then nothing is left to divide. */
function perByteOver(duration: Micros): Factor {
  if (duration === MICROS_PER_HOUR) return PER_BYTE;
  return { numerator: PER_BYTE.numerator * BigInt(duration), denominator: BigInt(MICROS_PER_HOUR) };
}

/**
 * Reads `value × factor` as a quantity, rounded once, half to even, to 32 decimals.
 *
 * @returns `undefined` when it cannot be one; then `problems` has why.
 */
export function readQuantity(
  value: number | string,
  pointer: string,
  problems: EventProblem[],
  factor = WHOLE,
): ExactQuantity | undefined {
  if (factor === WHOLE) {
    const text = String(value);
    if (EXACT_TEXT.test(text)) return text;
  }
  const read = readUnits(value, factor);
  if (typeof read === 'bigint') return formatExactUnits(read);
  problems.push({ code: read, pointer, detail: QUANTITY_DETAILS[read] });
  return undefined;
}

/** Numbers below 10¹⁵ that stand as a quantity is written: they need not be calculated with. */
const EXACT_TEXT = /^(?:0|[1-9]\d{0,14})(?:\.\d{0,31}[1-9])?$/;

const QUANTITY_DETAILS = {
  INVALID_QUANTITY: 'expected a finite decimal number, as a JSON number or a decimal string',
  NEGATIVE_QUANTITY: 'a quantity is never negative',
  QUANTITY_TOO_LARGE: `at most ${QUANTITY_UNITS_MAX} units in one event`,
} as const;

function readUnits(
  value: number | string,
  { numerator, denominator }: Factor,
): ExactUnits | keyof typeof QUANTITY_DETAILS {
  const decimal = parseDecimal(value);
  if (decimal === undefined) return 'INVALID_QUANTITY';
  if (decimal.digits < 0n) return 'NEGATIVE_QUANTITY';
  // Before any power of ten is computed: 1e400 must cost nothing, and a body has room for many.
  if (decimal.digits > 0n && decimal.scale < -40) return 'QUANTITY_TOO_LARGE';
  const units = scaleDecimal(decimal, numerator, denominator);
  return units <= UNITS_MAX ? units : 'QUANTITY_TOO_LARGE';
}
