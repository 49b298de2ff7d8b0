import './account.css';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { accountsSchema } from '../../api/schemas.ts';
import { daysOfMonth, isMonth, monthOf } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { FreshnessLine } from '../../parts/freshness-line.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { AccountAdjustments } from './account-adjustments.tsx';
import { AccountBreakdown } from './account-breakdown.tsx';
import { AccountCap } from './account-cap.tsx';
import { AccountDaily } from './account-daily.tsx';
import { AccountDownloads } from './account-downloads.tsx';
import { AccountFigures, type AccountFiguresProps, accountTotalsSchema } from './account-figures.tsx';
import { AccountGrants } from './account-grants.tsx';
import { AccountStatements } from './account-statements.tsx';

/** The longest text that the list of accounts can be searched for; an id may have one character more. */
const SEARCH_LENGTH_MAX = 254;

/** An account's month: what it costs, who and what makes it, and what is billed and paid. */
export function AccountView({ id }: { readonly id: string }) {
  const { isStaff } = useMe();
  const [query, setQuery] = useQuery();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf();
  const { from, to } = daysOfMonth(month);
  // The list answers for one account too: with what it cost before, and what it will.
  const accounts = useApi('/v1/accounts', { month, q: id.slice(0, SEARCH_LENGTH_MAX), limit: '1000' }, accountsSchema);
  const account = accounts.data?.accounts.find((each) => each.id === id);
  const totals = useApi(
    `/v1/accounts/${encodeURIComponent(id)}/totals`,
    { from, to, groupBy: 'day,meter' },
    accountTotalsSchema,
  );
  return (
    <>
      <PageTitle
        title={account?.name ?? account?.email ?? id}
        up={isStaff ? <Link href={addresses.accounts({ month })}>Accounts</Link> : undefined}
      >
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next })} />
        <AccountDownloads id={id} month={month} />
      </PageTitle>
      <p className="quiet account-id">
        {account?.email == null ? null : `${account.email} · `}
        {account === undefined ? null : `${formatCount(account.memberCount)} members · `}
        <Copyable text={id} name="account id" />
      </p>
      <Answer of={totals} label="Loading the month's total" lines={10}>
        {(data) => <Month id={id} month={month} totals={data} account={account} />}
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
