import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { daysOfMonth, isMonth, monthOf } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { FreshnessLine } from '../../parts/freshness-line.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { AccountAdjustments } from './account-adjustments.tsx';
import { AccountBreakdown } from './account-breakdown.tsx';
import { AccountCap } from './account-cap.tsx';
import { AccountDaily } from './account-daily.tsx';
import { AccountDownloads } from './account-downloads.tsx';
import { AccountFigures, type AccountFiguresProps, accountTotalsSchema } from './account-figures.tsx';
import { AccountGrants } from './account-grants.tsx';
import { AccountSections, useAccount } from './account-sections.tsx';
import { AccountStatements } from './account-statements.tsx';

/** An account's month: what it costs, who and what makes it, and what is billed and paid. */
export function AccountView({ id }: { readonly id: string }) {
  const [query, setQuery] = useQuery();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf();
  const { from, to } = daysOfMonth(month);
  const account = useAccount(id, month);
  const totals = useApi(
    `/v1/accounts/${encodeURIComponent(id)}/totals`,
    { from, to, groupBy: 'day,meter' },
    accountTotalsSchema,
  );
  return (
    <>
      <AccountSections id={id} account={account} current="account" month={month}>
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next })} />
        <AccountDownloads id={id} month={month} />
      </AccountSections>
      <Answer of={totals} label="Loading the month's total" lines={10}>
        {(data) => <Month id={id} month={month} totals={data} account={account.data} />}
      </Answer>
    </>
  );
}

/** Everything of the month, once it is known that there is such an account, and that one may see it. */
function Month({ id, month, totals, account }: AccountFiguresProps) {
  return (
    <>
      <AccountFigures id={id} month={month} totals={totals} account={account} />
      <section className="card" aria-labelledby="account-daily">
        <div className="card-head">
          <h2 id="account-daily">Cost by day</h2>
          <p className="figure-note">USD at list prices, by UTC day; choose a bar to see its events</p>
        </div>
        <AccountDaily id={id} totals={totals} />
      </section>
      <AccountBreakdown id={id} month={month} />
      <AccountAdjustments id={id} month={month} />
      <div className="columns">
        <AccountStatements id={id} />
        <div className="account-side">
          <AccountCap id={id} />
          <AccountGrants id={id} />
        </div>
      </div>
      <FreshnessLine freshness={totals.freshness} />
    </>
  );
}
