import { gpuMeterOf } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { createGpuNaming } from './gpu-names.ts';

const name = createGpuNaming({ 'NVIDIA A100-SXM4-80GB': 'A100-80GB', 'NVIDIA L40S MIG 1g.5gb': 'L40S-SLICE' });

const shown = (reported: string) => {
  const gpu = name(reported);
  return gpu === undefined ? undefined : `${gpu.model} ${gpu.part.numerator}/${gpu.part.denominator}`;
};

it.each([
  ['NVIDIA H100 80GB HBM3', 'H100 1/1'],
  ['NVIDIA-H100-80GB-HBM3', 'H100 1/1'],
  [' nvidia  h100 80gb hbm3 ', 'H100 1/1'],
  ['H100', 'H100 1/1'],
  ['Tesla T4', 'T4 1/1'],
  ['Tesla-T4-SHARED', 'T4 1/1'],
  ['NVIDIA A100-SXM4-40GB', 'A100 1/1'],
  ['NVIDIA A100-SXM4-80GB', 'A100-80GB 1/1'],
  ['NVIDIA A100-SXM4-40GB MIG 1g.5gb', 'A100 1/7'],
  ['NVIDIA-A100-SXM4-40GB-MIG-3g.20gb', 'A100 3/7'],
  ['NVIDIA A100-SXM4-40GB MIG 1c.3g.20gb', 'A100 3/7'],
  ['NVIDIA A30 MIG 2g.12gb', 'A30 2/4'],
  ['NVIDIA L40S MIG 1g.5gb', 'L40S-SLICE 1/1'],
  ['NVIDIA A30 MIG 7g.40gb', undefined],
  ['NVIDIA A100-SXM4-40GB MIG 0g.5gb', undefined],
  ['NVIDIA Z999', undefined],
  ['', undefined],
])('names %j as %s', (reported, expected) => {
  expect(shown(reported)).toBe(expected);
});

it('has short names that make names of meters', () => {
  expect(gpuMeterOf(name('NVIDIA H100 PCIe')?.model ?? '')).toBe('gpu_hours_h100');
  expect(gpuMeterOf(name('NVIDIA RTX A6000')?.model ?? '')).toBe('gpu_hours_rtx_a6000');
});
