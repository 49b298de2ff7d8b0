import { expect, it } from 'vitest';
import type { CoverageCell } from './coverage-schemas.ts';
import { findGaps } from './gaps.ts';

function cell(hour: number, state: CoverageCell['state'], sources: CoverageCell['sources'] = []): CoverageCell {
  return {
    hour: `2026-11-22T${String(hour).padStart(2, '0')}:00:00Z`,
    state,
    counted: '2',
    reported: '3',
    parked: '1',
    overlappingUsage: '0',
    sources,
  };
}

const storage = (reason: string | null) => [{ sourcePath: '/storage', state: 'missing' as const, reason }];
const told = (cells: readonly CoverageCell[]) =>
  findGaps([{ clusterId: 'c', clusterName: 'east', cells: [...cells] }]).map(
    ({ state, sourcePath, reason, from, to, hourCount }) =>
      `${state} ${sourcePath ?? 'all'} ${reason ?? '-'} ${from.slice(11, 13)}-${to.slice(11, 13)} ${hourCount}`,
  );

it('takes hours that follow each other together, the newest first', () => {
  expect(
    told([cell(1, 'missing'), cell(2, 'missing'), cell(3, 'complete'), cell(4, 'missing'), cell(23, 'short')]),
  ).toEqual(['short all - 23-00 1', 'missing all - 04-05 1', 'missing all - 01-03 2']);
});

it('keeps sources and reasons apart, also where they are missing at the same time', () => {
  const both = [...storage('down'), { sourcePath: '/compute', state: 'short' as const, reason: null }];
  expect(
    told([cell(1, 'missing', storage('down')), cell(2, 'missing', both), cell(3, 'missing', storage(null))]),
  ).toEqual(['missing /storage - 03-04 1', 'short /compute - 02-03 1', 'missing /storage down 01-03 2']);
});

it('adds up what was counted, reported and is parked', () => {
  expect(
    findGaps([{ clusterId: 'c', clusterName: 'east', cells: [cell(1, 'short'), cell(2, 'short')] }]),
  ).toMatchObject([{ counted: 4n, reported: 6n, parked: 2n }]);
});
