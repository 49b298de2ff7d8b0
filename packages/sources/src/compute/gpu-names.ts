import { type GpuNaming, type GpuPart, WHOLE_GPU } from '@hopsmeter/opencost';

/**
 * Short names of the GPUs of data centres, by the names that NVIDIA's DCGM exporter (`modelName`) has for them. A short
 * name is what a price is given for: `H100` is counted on the meter `gpu_hours_h100`. Sizes of memory share a name; who
 * prices them apart says so with names of their own.
 */
const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  GB300: ['NVIDIA GB300'],
  GB200: ['NVIDIA GB200'],
  B300: ['NVIDIA B300', 'NVIDIA B300 SXM6 AC'],
  B200: ['NVIDIA B200'],
  GH200: ['NVIDIA GH200 120GB', 'NVIDIA GH200 144G HBM3e', 'NVIDIA GH200 480GB'],
  H200: ['NVIDIA H200', 'NVIDIA H200 NVL'],
  H100: ['NVIDIA H100 80GB HBM3', 'NVIDIA H100 80GB HBM2e', 'NVIDIA H100 PCIe', 'NVIDIA H100 NVL'],
  H800: ['NVIDIA H800', 'NVIDIA H800 PCIe'],
  H20: ['NVIDIA H20'],
  A100: [
    'NVIDIA A100-SXM4-40GB',
    'NVIDIA A100-SXM4-80GB',
    'NVIDIA A100-PCIE-40GB',
    'NVIDIA A100 80GB PCIe',
    'NVIDIA A100-SXM-64GB',
  ],
  A800: ['NVIDIA A800-SXM4-80GB', 'NVIDIA A800 80GB PCIe'],
  A40: ['NVIDIA A40'],
  A30: ['NVIDIA A30'],
  A16: ['NVIDIA A16'],
  A10: ['NVIDIA A10'],
  A10G: ['NVIDIA A10G'],
  A2: ['NVIDIA A2'],
  L40S: ['NVIDIA L40S'],
  L40: ['NVIDIA L40'],
  L20: ['NVIDIA L20'],
  L4: ['NVIDIA L4'],
  'RTX-PRO-6000': ['NVIDIA RTX PRO 6000 Blackwell Server Edition'],
  'RTX-6000-ADA': ['NVIDIA RTX 6000 Ada Generation'],
  'RTX-A6000': ['NVIDIA RTX A6000'],
  V100: [
    'Tesla V100-SXM2-16GB',
    'Tesla V100-SXM2-32GB',
    'Tesla V100-SXM3-32GB',
    'Tesla V100-PCIE-16GB',
    'Tesla V100-PCIE-32GB',
    'Tesla V100-FHHL-16GB',
    'Tesla V100S-PCIE-32GB',
  ],
  T4: ['Tesla T4'],
  P100: ['Tesla P100-PCIE-12GB', 'Tesla P100-PCIE-16GB', 'Tesla P100-SXM2-16GB'],
  P40: ['Tesla P40'],
  P4: ['Tesla P4'],
  K80: ['Tesla K80'],
};

/** A slice of a GPU (MIG) behind the name of its model: `NVIDIA A100-SXM4-40GB MIG 1g.5gb`. */
const SLICE = / mig (?:\d+c\.)?(\d+)g\.\S*$/;

/** GPU feature discovery writes it behind the name where the GPU is shared. */
const SHARED = / shared$/;

/** How many compute slices a GPU has that can be sliced. */
const SLICES = 7n;
const SLICES_OF_A30 = 4n;

/**
 * Names the GPUs of a cluster: by what the operator says, else by the table, else not at all.
 *
 * A slice is billed as its compute slices of those of the whole GPU, whatever its memory: `3g.20gb` of an A100 is 3/7
 * of an A100. What the operator names in full, slice included, is billed as a GPU of that name.
 *
 * @param added names by reported names; they win over the table.
 */
export function createGpuNaming(added: Readonly<Record<string, string>> = {}): GpuNaming {
  const names = new Map([
    ...BUILT_IN,
    ...Object.entries(added).map(([reported, name]) => [compared(reported), name] as const),
  ]);
  return (reported) => {
    const text = compared(reported);
    const own = names.get(text);
    if (own !== undefined) return { model: own, part: WHOLE_GPU };
    const model = names.get(text.replace(SLICE, ''));
    const part = readSlice(SLICE.exec(text)?.[1], model);
    return model === undefined || part === undefined ? undefined : { model, part };
  };
}

/** The part of a GPU that a number of compute slices is; `undefined` where the GPU has fewer. */
export function readSlice(slices: string | undefined, model: string | undefined): GpuPart | undefined {
  if (slices === undefined) return WHOLE_GPU;
  const denominator = model === 'A30' ? SLICES_OF_A30 : SLICES;
  const numerator = BigInt(slices);
  return numerator > 0n && numerator <= denominator ? { numerator, denominator } : undefined;
}

/** One form for `NVIDIA A100-SXM4-40GB` of DCGM and `NVIDIA-A100-SXM4-40GB` of GPU feature discovery. */
function compared(name: string): string {
  const words = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, ' ');
  return words.replace(/^(?:nvidia|tesla) /, '').replace(SHARED, '');
}

/** A short name is a name too. */
const BUILT_IN: ReadonlyMap<string, string> = new Map(
  Object.entries(SHORT_NAMES).flatMap(([short, reported]) =>
    [short, ...reported].map((name) => [compared(name), short] as const),
  ),
);
