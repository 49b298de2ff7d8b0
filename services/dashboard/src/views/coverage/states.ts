import type { Health } from '../../parts/health-badge.tsx';
import type { CoverageState } from './coverage-schemas.ts';

/** What a state is called, what it means, and how well it is. */
export const STATE_TEXTS: Readonly<
  Record<CoverageState, { readonly name: string; readonly meaning: string; readonly health: Health }>
> = {
  missing: { name: 'Missing', meaning: 'a report is due and has not come', health: 'bad' },
  unchecked: { name: 'Unchecked', meaning: 'reported after the last comparison', health: 'unknown' },
  short: { name: 'Short', meaning: 'less was counted than reported', health: 'bad' },
  over: { name: 'Over', meaning: 'more was counted than reported', health: 'watch' },
  unreported: { name: 'Unreported', meaning: 'usage that no report speaks of', health: 'watch' },
  complete: { name: 'Complete', meaning: 'counted as it was reported', health: 'good' },
  none: { name: 'Nothing expected', meaning: 'neither usage nor a report', health: 'unknown' },
};
