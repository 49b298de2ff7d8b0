import { expect, it } from 'vitest';
import { describeUnitPrice } from './unit-price.ts';

it('says a price with all its decimals, and for how many units it is', () => {
  const text = (meter: string, price: string, per: string) => describeUnitPrice(meter, price, per).text;
  expect(text('cpu_hours', '0.350000000000', '1.000000000000')).toBe('$0.35 per core-hour');
  expect(text('network_egress_gb', '0.14', '1')).toBe('$0.14 per GB');
  expect(text('gpu_hours_h100', '3', '1')).toBe('$3.00 per GPU-hour');
  expect(text('cpu_hours', '0.000000000001', '1000')).toBe('$0.000000000001 per 1,000 core-hours');
  expect(text('pages', '0.1', '1')).toBe('$0.10 per unit');
  expect(text('pages', '0.1', '2.5')).toBe('$0.10 per 2.5 units');
});

it('calls 720 GB-hours a GB-month, and nothing else', () => {
  expect(describeUnitPrice('online_storage_gb_hours', '0.5', '720.000000000000')).toEqual({
    text: '$0.50 per 720 GB-hours',
    alias: 'GB-month',
  });
  expect(describeUnitPrice('ram_gb_hours', '0.5', '1').alias).toBeUndefined();
  expect(describeUnitPrice('cpu_hours', '0.5', '720').alias).toBeUndefined();
});
