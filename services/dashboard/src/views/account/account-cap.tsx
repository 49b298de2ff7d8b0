import type { ReactNode } from 'react';
import { useApi } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { formatShare } from '../../format/quantity.ts';
import { Ago } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Money } from '../../parts/money.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Share } from '../../parts/share.tsx';
import { capSchema } from './account-schemas.ts';

/** The spending cap of the account, and which of its thresholds the running month has reached. */
export function AccountCap({ id, children }: { readonly id: string; readonly children?: ReactNode }) {
  const cap = useApi(`/v1/accounts/${encodeURIComponent(id)}/cap`, {}, capSchema);
  return (
    <section className="card" aria-labelledby="account-cap">
      <div className="card-head">
        <h2 id="account-cap">Spending cap</h2>
        {cap.data?.cap == null ? null : (
          <HealthBadge health={cap.data.alerts.length > 0 ? 'watch' : 'good'}>
            {cap.data.alerts.length > 0
              ? `${formatShare(cap.data.spentExact ?? '0', cap.data.cap) ?? '–'} reached`
              : 'Below 80%'}
          </HealthBadge>
        )}
      </div>
      <Cap cap={cap} />
      {children}
    </section>
  );
}

function Cap({ cap: { data, error, refetch } }: { readonly cap: ReturnType<typeof useApi<typeof capSchema>> }) {
  if (data === undefined) {
    if (error === null) return <Loading label="Loading the cap" lines={2} />;
    return <Problem problem={error} onRetry={() => void refetch()} />;
  }
  if (data.cap === null || data.spent === null || data.spentExact === null)
    return <p className="quiet">There is none.</p>;
  const alerts = [...data.alerts].sort((a, b) => b.threshold - a.threshold);
  return (
    <>
      <p>
        <Money amount={data.spent} exact={data.spentExact} /> of <Money amount={data.cap} /> in{' '}
        {formatMonth(data.month)}
      </p>
      <Share part={data.spentExact} whole={data.cap} />
      <ul className="account-alerts">
        {alerts.map(({ id, threshold, raisedAt }) => (
          <li key={id}>
            {threshold}% reached <Ago time={raisedAt} />
          </li>
        ))}
      </ul>
    </>
  );
}
