import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../format/decimal.ts';
import { dearestOf, heatOf } from './heat.ts';
import { moveCell } from './move-cell.ts';
import { piecesOf } from './use-account-days.ts';

describe('the colour of a day', () => {
  const dearest = parseDecimal('100');

  it.each([
    [undefined, 0],
    ['0.000000000000', 0],
    ['-0.01', -1],
    ['0.000000000001', 1],
    ['1', 1],
    ['10', 2],
    ['50', 5],
    ['100', 6],
  ])('of %s is step %i', (cost, step) => {
    expect(heatOf(cost, dearest)).toBe(step);
  });

  it('is none where nothing costs anything', () => {
    expect(dearestOf(new Map())).toBe(0n);
    expect(heatOf('0', 0n)).toBe(0);
  });

  it('is by the dearest day of all', () => {
    expect(
      dearestOf(
        new Map([
          ['a', new Map([['2026-11-01', '2']])],
          ['b', new Map([['2026-11-01', '30']])],
        ]),
      ),
    ).toBe(parseDecimal('30'));
  });
});

describe('the days of a month', () => {
  it.each(['2026-02', '2026-11', '2026-12', '2028-02'])('of %s are all asked for, and none twice', (month) => {
    const [from, to] = [`${month}-01`, month === '2026-12' ? '2027-01-01' : `${month.slice(0, 5)}${nextOf(month)}-01`];
    const pieces = piecesOf(from, to);
    expect(pieces[0]?.from).toBe(from);
    expect(pieces.at(-1)?.to).toBe(to);
    pieces.slice(1).forEach((piece, place) => {
      expect(piece.from).toBe(pieces[place]?.to);
    });
  });

  const nextOf = (month: string) => String(Number(month.slice(5)) + 1).padStart(2, '0');
});

describe('keys in the grid', () => {
  const size = { rows: 3, columns: 31 };
  const at = (row: number, column: number) => ({ row, column });

  it.each([
    ['ArrowRight', at(0, 0), at(0, 1)],
    ['ArrowRight', at(0, 30), at(0, 30)],
    ['ArrowLeft', at(1, 0), at(1, 0)],
    ['ArrowDown', at(0, 5), at(1, 5)],
    ['ArrowDown', at(2, 5), at(2, 5)],
    ['ArrowUp', at(2, 5), at(1, 5)],
    ['Home', at(1, 7), at(1, 0)],
    ['End', at(1, 7), at(1, 30)],
    ['PageDown', at(0, 7), at(2, 7)],
    ['PageUp', at(2, 7), at(0, 7)],
  ])('%s leads from %o to %o', (key, from, to) => {
    expect(moveCell(key, from, size)).toEqual(to);
  });

  it('leaves other keys alone', () => {
    expect(moveCell('Enter', at(0, 0), size)).toBeUndefined();
    expect(moveCell('Tab', at(0, 0), size)).toBeUndefined();
  });
});
