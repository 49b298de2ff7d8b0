import { describe, expect, it } from 'vitest';
import { formatTable } from './format-table.ts';

const columns = [{ heading: 'Account' }, { heading: 'USD', align: 'right' }] as const;

describe('formatTable', () => {
  it('aligns text to the left, numbers to the right, and leaves no space at the end', () => {
    expect(
      formatTable({
        columns,
        rows: [
          ['Astrid Berg', '1,234.50'],
          ['Nils', '7.00'],
        ],
      }),
    ).toEqual(['Account           USD', '───────────  ────────', 'Astrid Berg  1,234.50', 'Nils             7.00']);
  });

  it('puts a total below a rule and counts it for the width', () => {
    expect(formatTable({ columns, rows: [['a', '1']], total: ['All accounts', '10,000'] })).toEqual([
      'Account          USD',
      '────────────  ──────',
      'a                  1',
      '────────────  ──────',
      'All accounts  10,000',
    ]);
  });

  it('has no head when no column has a heading, and fills missing cells', () => {
    const plain = [{ heading: '' }, { heading: '', align: 'right' }, { heading: '' }] as const;
    expect(formatTable({ columns: plain, rows: [['sent', '5', 'ok'], ['accepted']] })).toEqual([
      'sent      5  ok',
      'accepted',
    ]);
  });

  it('keeps the columns of names with accents and of an empty table', () => {
    expect(
      formatTable({
        columns,
        rows: [
          ['Zoe\u0308', '1'],
          ['Zoë', '2'],
        ],
      }).slice(2),
    ).toEqual(['Zoe\u0308        1', 'Zoë        2']);
    expect(formatTable({ columns, rows: [] })).toEqual(['Account  USD', '───────  ───']);
  });
});
