import './months.css';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import { useApiPages } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMe } from '../../session/use-session.ts';
import { CloseAccounts } from './close-accounts.tsx';
import { ClosingStatus } from './closing-status.tsx';
import { DryRunResult } from './dry-run-result.tsx';
import { isClosable } from './is-closable.ts';
import { MonthAccounts } from './month-accounts.tsx';
import { MonthFigures } from './month-figures.tsx';
import { monthSchema } from './month-schemas.ts';
import { useClosing } from './use-closing.ts';
import { useMonthDryRun } from './use-month-dry-run.ts';

/** A month: where each account stands, what closing would bill, and closing it for some accounts or for all. */
export function MonthView({ month }: { readonly month: string }) {
  const { isAdmin } = useMe();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isClosing, setClosing] = useState(false);
  const dryRun = useMonthDryRun(month);
  const closing = useClosing(month);
  const list = useApiPages(`/v1/months/${month}`, {}, monthSchema);
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = list;
  useEffect(() => {
    // The sums are of all accounts, so all are asked for.
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  const accounts = list.data?.pages.flatMap((page) => page.accounts) ?? [];
  const isBusy = dryRun.isBusy || closing.progress?.isBusy === true;
  const canClose = isAdmin && accounts.some(isClosable);
  const result = dryRun.result;
  return (
    <>
      <PageTitle title={formatMonth(month)} up={<Link href={addresses.months()}>Months</Link>}>
        <MonthPicker month={month} onChange={(next) => go(addresses.month(next))} />
        {canClose ? (
          <button
            type="button"
            className="button button-main"
            disabled={isBusy}
            onClick={() => void dryRun.start(chosen.size === 0 ? undefined : [...chosen])}
          >
            {dryRun.isBusy ? 'Working…' : chosen.size === 0 ? 'Dry run for all' : `Dry run for ${chosen.size} chosen`}
          </button>
        ) : null}
      </PageTitle>
      {dryRun.problem === undefined ? null : <Problem problem={dryRun.problem} />}
      {closing.progress === undefined ? null : (
        <ClosingStatus month={month} progress={closing.progress} accounts={accounts} />
      )}
      {result === undefined ? null : (
        <DryRunResult
          month={month}
          result={result}
          accounts={accounts}
          onClose={() => setClosing(true)}
          onForget={dryRun.forget}
        />
      )}
      <Answer of={list} label="Loading the accounts" lines={10}>
        {() => (
          <>
            <MonthFigures accounts={accounts} />
            <MonthAccounts
              month={month}
              accounts={accounts}
              chosen={chosen}
              onChoose={canClose && !isBusy ? setChosen : undefined}
            />
          </>
        )}
      </Answer>
      {isClosing && result !== undefined ? (
        <CloseAccounts
          month={month}
          result={result}
          onConfirm={(order) => {
            setClosing(false);
            setChosen(new Set());
            dryRun.forget();
            void closing.start(order);
          }}
          onClose={() => setClosing(false)}
        />
      ) : null}
    </>
  );
}
