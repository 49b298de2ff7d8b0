import { Change } from '../../parts/change.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { AccountLink } from './account-link.tsx';
import type { AccountMonth, Waiting } from './month-schemas.ts';
import { CHANGE_PERCENT_MIN, CHANGE_USD_MIN, findOddities, type Oddity } from './stands-out.ts';
import type { MonthDryRun } from './use-month-dry-run.ts';
import { WaitingText } from './waiting-text.tsx';

type Row = {
  readonly id: string;
  readonly name: string | null;
  readonly total: string;
  readonly totalExact: string;
  readonly previous: string;
  readonly previousExact: string;
  readonly waiting: Waiting | null;
  readonly oddities: readonly Oddity[];
};

const TEXTS: Readonly<Record<Oddity, string>> = {
  new: 'New: nothing was billed in the month before',
  gone: 'Gone: nothing to bill any more',
  grew: 'Rose sharply',
  fell: 'Fell sharply',
  negative: 'Below zero',
  waiting: 'Something is waiting:',
};

export type OdditiesTableProps = {
  readonly month: string;
  readonly result: MonthDryRun;
  readonly accounts: readonly AccountMonth[];
};

/** The accounts that one should look at before their month is closed. */
export function OdditiesTable({ month, result, accounts }: OdditiesTableProps) {
  const columns: readonly Column<Row>[] = [
    {
      key: 'account',
      heading: 'Account',
      isRowHeader: true,
      render: ({ id, name }) => <AccountLink id={id} name={name} month={month} />,
    },
    {
      key: 'why',
      heading: 'Why',
      render: ({ oddities, waiting }) => (
        <>
          {oddities.map((oddity) => (
            <div key={oddity}>{TEXTS[oddity]}</div>
          ))}
          {waiting === null ? null : <WaitingText month={month} waiting={waiting} />}
        </>
      ),
    },
    {
      key: 'total',
      heading: 'Total',
      align: 'right',
      render: ({ total, totalExact }) => <Money amount={total} exact={totalExact} />,
    },
    {
      key: 'previous',
      heading: 'Month before',
      align: 'right',
      render: ({ previous, previousExact }) => <Money amount={previous} exact={previousExact} />,
    },
    {
      key: 'change',
      heading: 'Change',
      align: 'right',
      render: ({ total, previous }) => <Change now={total} before={previous} />,
    },
  ];
  return (
    <div className="card">
      <div className="card-head">
        <div>
          <h2>What stands out</h2>
          <p className="figure-note">
            new and gone accounts, changes of {CHANGE_PERCENT_MIN}% and more (from {CHANGE_USD_MIN} USD on), totals
            below zero, and what is waiting
          </p>
        </div>
      </div>
      <DataTable
        caption="What stands out"
        columns={columns}
        rows={rowsOf(result, accounts)}
        rowKey={({ id }) => id}
        empty="Nothing stands out."
      />
    </div>
  );
}

function rowsOf({ closed, chosen }: MonthDryRun, accounts: readonly AccountMonth[]): readonly Row[] {
  const byId = new Map(accounts.map((account) => [account.accountOwnerId, account]));
  const billed = closed.map(({ accountOwnerId, total, totalExact, waiting }) => {
    const known = byId.get(accountOwnerId);
    return {
      id: accountOwnerId,
      name: known?.accountName ?? null,
      total,
      totalExact,
      previous: known?.previous.total ?? '0.00',
      previousExact: known?.previous.totalExact ?? '0',
      waiting,
    };
  });
  const ids = new Set(billed.map(({ id }) => id));
  // Those without anything to bill get no statement, and so are not among what is closed.
  const gone = accounts
    .filter(({ accountOwnerId, state }) => chosen === undefined && state === 'nothing' && !ids.has(accountOwnerId))
    .map(({ accountOwnerId, accountName, total, totalExact, previous, waiting }) => ({
      id: accountOwnerId,
      name: accountName,
      total,
      totalExact,
      previous: previous.total,
      previousExact: previous.totalExact,
      waiting,
    }));
  return [...billed, ...gone].flatMap((row) => {
    const oddities = findOddities({ ...row, isWaiting: row.waiting !== null });
    return oddities.length === 0 ? [] : [{ ...row, oddities }];
  });
}
