import { formatMonth } from '../../format/date.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Money } from '../../parts/money.tsx';
import { AccountLink } from './account-link.tsx';
import { MonthBefore } from './month-before.tsx';
import type { AccountMonth, RefusedMonth } from './month-schemas.ts';
import { OdditiesTable } from './oddities-table.tsx';
import type { MonthDryRun } from './use-month-dry-run.ts';

export type DryRunResultProps = {
  readonly month: string;
  readonly result: MonthDryRun;
  /** The month's accounts, for their names and what they came to before. */
  readonly accounts: readonly AccountMonth[];
  readonly onClose: () => void;
  readonly onForget: () => void;
};

/** What closing would bill, what stands out against the month before, and who would be refused. */
export function DryRunResult({ month, result, accounts, onClose, onForget }: DryRunResultProps) {
  const { closed, refused } = result;
  const byId = new Map(accounts.map((account) => [account.accountOwnerId, account]));
  const total = sumDecimals(closed.map((statement) => statement.total));
  const previous = sumDecimals(closed.map(({ accountOwnerId }) => byId.get(accountOwnerId)?.previous.total ?? '0'));
  return (
    <section className="dry-run" aria-labelledby="dry-run">
      <div className="card">
        <div className="card-head">
          <div>
            <h2 id="dry-run">Dry run</h2>
            <p className="figure-note">
              nothing is closed yet; this is what the statements of {formatMonth(month)} would say now
            </p>
          </div>
          <span className="dry-run-buttons">
            {closed.length === 0 ? null : (
              <button type="button" className="button button-main" onClick={onClose}>
                Close {formatCount(closed.length)} {closed.length === 1 ? 'account' : 'accounts'}
              </button>
            )}
            <button type="button" className="button button-quiet" onClick={onForget}>
              Dismiss
            </button>
          </span>
        </div>
        <dl className="cards">
          <Figure name="Statements">{formatCount(closed.length)}</Figure>
          <Figure name="Their total" note={<MonthBefore now={total} before={previous} />}>
            <Money amount={total} />
          </Figure>
          <Figure name="Paid from grants">
            <Money amount={sumDecimals(closed.map(({ prepaid }) => prepaid))} />
          </Figure>
          <Figure name="To be paid">
            <Money amount={sumDecimals(closed.map(({ amountDue }) => amountDue))} />
          </Figure>
        </dl>
      </div>
      <OdditiesTable month={month} result={result} accounts={accounts} />
      {refused.length === 0 ? null : <Refused month={month} refused={refused} byId={byId} />}
    </section>
  );
}

type RefusedProps = {
  readonly month: string;
  readonly refused: readonly RefusedMonth[];
  readonly byId: ReadonlyMap<string, AccountMonth>;
};

function Refused({ month, refused, byId }: RefusedProps) {
  const columns: readonly Column<RefusedMonth>[] = [
    {
      key: 'account',
      heading: 'Account',
      isRowHeader: true,
      render: ({ accountOwnerId }) => (
        <AccountLink id={accountOwnerId} name={byId.get(accountOwnerId)?.accountName} month={month} />
      ),
    },
    { key: 'why', heading: 'Why', render: ({ detail }) => detail },
  ];
  return (
    <div className="card">
      <div className="card-head">
        <h2>Would be refused</h2>
      </div>
      <DataTable
        caption="Would be refused"
        columns={columns}
        rows={refused}
        rowKey={({ accountOwnerId }) => accountOwnerId}
      />
    </div>
  );
}
