import { describe, expect, it } from 'vitest';
import { addDays, addMonths, daysOfMonth, eachDay, formatAgo, formatDay, formatMonth, isMonth } from './date.ts';
import { exactMoney, formatChange, formatMoney } from './money.ts';
import { exactQuantity, formatQuantity, formatQuantityAligned, formatShare, meterName, meterUnit } from './quantity.ts';

describe('money', () => {
  it('is shown with its cents, whatever its size', () => {
    expect(formatMoney('1234.5')).toBe('$1,234.50');
    expect(formatMoney('-0.005')).toBe('-$0.01');
    expect(formatMoney('90071992547409931234.56')).toBe('$90,071,992,547,409,931,234.56');
  });

  it('is shown as it is when it is none, and never as a wrong number', () => {
    expect(formatMoney('?')).toBe('?');
  });

  it('has its exact value beside it', () => {
    expect(exactMoney('0.123456789012')).toBe('0.123456789012 USD');
  });

  it('changes by percent, and by nothing to compare with', () => {
    expect(formatChange('110', '100')).toBe('+10.0%');
    expect(formatChange('93.7', '100')).toBe('-6.3%');
    expect(formatChange('100', '100')).toBe('0.0%');
    expect(formatChange('5', '-10')).toBe('+150.0%');
    expect(formatChange('5', '0.00')).toBeUndefined();
  });
});

describe('quantities', () => {
  it('have two decimals, or two digits when they are small', () => {
    expect(formatQuantity('1234.5678')).toBe('1,234.57');
    expect(formatQuantity('0.000123456')).toBe('0.00012');
    expect(formatQuantity('0')).toBe('0');
  });

  it('have units of their meters', () => {
    expect(exactQuantity('1.5', 'cpu_hours')).toBe('1.5 core-hours');
    expect(exactQuantity('1.5', 'model_calls')).toBe('1.5');
    expect([meterName('gpu_hours_h100'), meterUnit('gpu_hours_h100')]).toEqual(['GPU H100', 'GPU-hours']);
    expect(meterName('model_calls')).toBe('model_calls');
    expect([meterName('imported_cpu_hours'), meterUnit('imported_cpu_hours')]).toEqual(['CPU, imported', 'core-hours']);
    expect([meterName('imported_usd'), meterUnit('imported_usd')]).toEqual(['Billed before, imported', 'USD']);
  });

  it('have a share of a whole', () => {
    expect(formatShare('1', '3')).toBe('33.3%');
    expect(formatShare('1', '0')).toBeUndefined();
  });
});

describe('days', () => {
  it('are UTC days for every reader', () => {
    expect(formatDay('2026-11-22')).toBe('Nov 22, 2026');
    expect(formatMonth('2026-11')).toBe('November 2026');
    expect(formatDay('soon')).toBe('soon');
  });

  it('go on over the ends of months and years', () => {
    expect(addMonths('2026-12', 1)).toBe('2027-01');
    expect(addMonths('2026-01', -1)).toBe('2025-12');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(daysOfMonth('2026-12')).toEqual({ from: '2026-12-01', to: '2027-01-01' });
    expect(eachDay('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(eachDay('2026-02-27', '2026-02-27')).toEqual([]);
  });

  it('are told apart from what somebody typed', () => {
    expect(['2026-11', '2026-13', '2026-1', '', null].map((text) => isMonth(text))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('ago are counted in the unit that a person would use', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    const ago = (time: string) => formatAgo(time, now);
    expect(ago('2026-11-22T12:00:05Z')).toBe('now');
    expect(ago('2026-11-22T11:59:30Z')).toBe('30 seconds ago');
    expect(ago('2026-11-22T11:00:01Z')).toBe('59 minutes ago');
    expect(ago('2026-11-21T12:00:00Z')).toBe('24 hours ago');
    expect(ago('2026-11-12T12:00:00Z')).toBe('10 days ago');
  });
});

it.each([
  ['36.6', '36.60'],
  ['1372539.954', '1,372,539.95'],
  ['24', '24.00'],
  ['0', '0.00'],
  ['0.00123', '0.0012'],
  ['n/a', 'n/a'],
])('shows the quantity %s in a column as %s', (text, shown) => {
  expect(formatQuantityAligned(text)).toBe(shown);
});
