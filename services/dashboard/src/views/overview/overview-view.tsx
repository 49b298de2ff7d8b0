import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { accountsSchema, totalsSchema } from '../../api/schemas.ts';
import { daysOfMonth, formatMonth, monthOf } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { FreshnessLine } from '../../parts/freshness-line.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { DailyCost } from './daily-cost.tsx';
import { Figures } from './figures.tsx';
import { PipelineHealth } from './pipeline-health.tsx';
import { TopAccounts } from './top-accounts.tsx';

/** As many as fit beside the pipeline's health. */
const ACCOUNTS_SHOWN = 8;

/** Somebody leaves the page open all day. */
const REFETCH_MS = 30_000;

/**
 * What billing staff see first: how the running month goes, who makes most of it, and whether the numbers can be
 * trusted.
 */
export function OverviewView() {
  const month = monthOf();
  const { from, to } = daysOfMonth(month);
  const options = { refetchMs: REFETCH_MS };
  const accounts = useApi('/v1/accounts', { month, limit: String(ACCOUNTS_SHOWN) }, accountsSchema, options);
  const daily = useApi('/v1/totals', { from, to, groupBy: 'day,meter' }, totalsSchema, options);
  return (
    <>
      <PageTitle title={formatMonth(month)}>
        {accounts.data === undefined ? null : <FreshnessLine freshness={accounts.data.freshness} />}
      </PageTitle>
      <Answer of={accounts} label="Loading the month's total" lines={3}>
        {(data) => <Figures month={month} accounts={data} />}
      </Answer>
      <section className="card" aria-labelledby="daily-cost">
        <div className="card-head">
          <h2 id="daily-cost">Cost by day</h2>
          <p className="figure-note">USD at list prices, by UTC day</p>
        </div>
        <Answer of={daily} label="Loading the cost of each day" lines={8}>
          {(data) => <DailyCost totals={data} />}
        </Answer>
      </section>
      <div className="columns">
        <section className="card" aria-labelledby="top-accounts">
          <div className="card-head">
            <h2 id="top-accounts">Largest accounts</h2>
            <Link href={addresses.accounts({ month })}>All accounts</Link>
          </div>
          <Answer of={accounts} label="Loading the largest accounts" lines={8}>
            {(data) => <TopAccounts month={month} accounts={data} />}
          </Answer>
        </section>
        <PipelineHealth />
      </div>
    </>
  );
}
