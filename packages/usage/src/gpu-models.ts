import { METERS } from './event.ts';

/** That usage of a GPU model is counted on a meter; the name is as a cluster reports it. */
export type GpuModel = { readonly name: string; readonly meter: string };

/** Finds the meter of a GPU model; `undefined` where nobody has said which it is. */
export type GpuMeters = (gpuModel: string) => string | undefined;

/**
 * The form in which names of GPU models are compared: without white space at the ends, each white space within as one
 * space, and in lower case. Everything else tells models apart: `NVIDIA A100-SXM4-40GB` and `NVIDIA A100 SXM4 40GB` are
 * two.
 */
export function comparedGpuModel(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** `H100` → `gpu_hours_h100`. Whatever surrounds a model's words is cut: no meter's name may end in `_`. */
export function gpuMeterOf(gpuModel: string): string {
  const words = gpuModel.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return [METERS.gpu, ...words].join('_');
}

/** The meter that a model is put on, or else the meter that bears the model's name. */
export function createGpuMeters(gpuModels: readonly GpuModel[], meters: ReadonlySet<string>): GpuMeters {
  const known = new Map(gpuModels.map(({ name, meter }) => [comparedGpuModel(name), meter]));
  return (gpuModel) => {
    const put = known.get(comparedGpuModel(gpuModel));
    if (put !== undefined) return put;
    const own = gpuMeterOf(gpuModel);
    return own !== METERS.gpu && meters.has(own) ? own : undefined;
  };
}
