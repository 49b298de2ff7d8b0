import { useMemo } from 'react';
import type { Account } from '../../api/schemas.ts';
import { daysOfMonth, eachDay } from '../../format/date.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { DaysGrid } from './days-grid.tsx';
import { dearestOf } from './heat.ts';
import { useAccountDays } from './use-account-days.ts';

export type AccountsDaysProps = { readonly month: string; readonly accounts: readonly Account[] };

/** Every account's days as a grid: the stronger the colour, the dearer the day. A cell leads to the day's events. */
export function AccountsDays({ month, accounts }: AccountsDaysProps) {
  const { from, to } = daysOfMonth(month);
  const { costs, problem, isLoading, retry } = useAccountDays(from, to);
  const days = useMemo(() => eachDay(from, to), [from, to]);
  const dearest = useMemo(() => dearestOf(costs), [costs]);
  if (accounts.length === 0) return <Empty title="No account matches." />;
  return (
    <div className="days" aria-busy={isLoading}>
      {problem === null ? null : <Problem problem={problem} onRetry={retry} />}
      <DaysGrid month={month} accounts={accounts} days={days} costs={costs} dearest={dearest} isLoading={isLoading} />
    </div>
  );
}
