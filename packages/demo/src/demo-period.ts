import { formatTime, MICROS_PER_HOUR, MICROS_PER_MS, type Micros } from '@hopsmeter/usage';

/** The time that the demo covers: a whole past month and the running one up to the last full hour. */
export type DemoPeriod = {
  /** Midnight of the first of the past month. */
  readonly start: Micros;
  /** When the member of MOVE changed teams: noon of the 15th of the past month. */
  readonly movedAt: Micros;
  /** Midnight of the first of the running month. */
  readonly monthStart: Micros;
  /** The end of the last full hour. Inside the running month, or its very beginning. */
  readonly end: Micros;
};

/** The period as of a moment; every moment of one hour gives the same. */
export function demoPeriodOf(asOf: Micros): DemoPeriod {
  const end = Math.floor(asOf / MICROS_PER_HOUR) * MICROS_PER_HOUR;
  const date = new Date(end / MICROS_PER_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    start: Date.UTC(year, month - 1) * MICROS_PER_MS,
    movedAt: Date.UTC(year, month - 1, 15, 12) * MICROS_PER_MS,
    monthStart: Date.UTC(year, month) * MICROS_PER_MS,
    end,
  };
}

/** `2026-11-22T13:00:00Z`, the form that OpenCost takes and that event ids carry. */
export function formatHour(micros: Micros): string {
  return formatTime(micros).replace('.000Z', 'Z');
}

/** The hour that begins at `start`, as a window. */
export function hourWindow(start: Micros): { readonly start: string; readonly end: string } {
  return { start: formatHour(start), end: formatHour(start + MICROS_PER_HOUR) };
}
