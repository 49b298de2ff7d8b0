import { useState } from 'react';
import { useQuery } from '../../../address/use-query.ts';
import { useApiPages } from '../../../api/client.ts';
import { formatMonth } from '../../../format/date.ts';
import { meterName } from '../../../format/quantity.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Time } from '../../../parts/day.tsx';
import { type Health, HealthBadge } from '../../../parts/health-badge.tsx';
import { MoreButton } from '../../../parts/more-button.tsx';
import { Segments } from '../../../parts/segments.tsx';
import { useMe } from '../../../session/use-session.ts';
import { ResolveRemittance } from './resolve-remittance.tsx';
import { type Remittance, remittancesSchema } from './stripe-schemas.ts';

const STATUSES: Readonly<Record<Remittance['status'], readonly [Health, string]>> = {
  pending: ['watch', 'Pending'],
  sent: ['good', 'Sent'],
  uncertain: ['bad', 'Uncertain'],
  rejected: ['bad', 'Rejected'],
  too_old: ['bad', 'Too old'],
  not_sent: ['unknown', 'Not sent'],
};

const FILTERS = [
  { value: 'all', text: 'All' },
  { value: 'uncertain', text: 'Uncertain' },
  { value: 'rejected', text: 'Rejected' },
  { value: 'too_old', text: 'Too old' },
] as const;

/** What a person may decide on: also of one that is sent it can turn out that Stripe does not count it. */
const DECIDABLE: readonly Remittance['status'][] = ['uncertain', 'rejected', 'too_old', 'sent'];

/** The meter events that were sent to Stripe for the account, and what waits for a person. */
export function RemittancesCard({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [query, setQuery] = useQuery();
  const [resolved, setResolved] = useState<Remittance>();
  const status = FILTERS.find(({ value }) => value === query.get('remittances'))?.value ?? 'all';
  const list = useApiPages(
    '/v1/stripe/remittances',
    { accountOwnerId: id, status: status === 'all' ? undefined : status },
    remittancesSchema,
  );
  return (
    <section className="card" aria-labelledby="settings-remittances">
      <div className="card-head">
        <h2 id="settings-remittances">Remittances</h2>
        <Segments
          label="Which remittances"
          options={FILTERS}
          value={status}
          onChange={(next) => setQuery({ remittances: next === 'all' ? '' : next })}
        />
      </div>
      <Answer of={list} label="Loading the remittances">
        {({ pages }) => (
          <DataTable
            caption="Remittances"
            columns={columnsOf(isAdmin ? setResolved : undefined)}
            rows={pages.flatMap(({ remittances }) => remittances)}
            rowKey={(remittance) => remittance.id}
            empty="There are none."
          />
        )}
      </Answer>
      <MoreButton of={list} />
      {resolved === undefined ? null : (
        <ResolveRemittance id={id} remittance={resolved} onClose={() => setResolved(undefined)} />
      )}
    </section>
  );
}

function columnsOf(onResolve: ((remittance: Remittance) => void) | undefined): readonly Column<Remittance>[] {
  return [
    { key: 'created', heading: 'Created', isRowHeader: true, render: ({ createdAt }) => <Time time={createdAt} /> },
    { key: 'month', heading: 'Month', render: ({ month }) => formatMonth(month) },
    { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
    { key: 'value', heading: 'Thousandths', align: 'right', render: ({ value }) => value },
    {
      key: 'status',
      heading: 'Status',
      render: ({ status, lastError, resolution, resolvedBy }) => (
        <>
          <HealthBadge health={STATUSES[status][0]}>{STATUSES[status][1]}</HealthBadge>
          <span className="account-note quiet">
            {resolution === null ? lastError : `${resolution} (${resolvedBy ?? ''})`}
          </span>
        </>
      ),
    },
    ...(onResolve === undefined
      ? []
      : [
          {
            key: 'resolve',
            heading: <span className="visually-hidden">Resolve</span>,
            render: (remittance: Remittance) =>
              DECIDABLE.includes(remittance.status) ? (
                <button type="button" className="link-button" onClick={() => onResolve(remittance)}>
                  Resolve<span className="visually-hidden"> {remittance.identifier}</span>
                </button>
              ) : null,
          },
        ]),
  ];
}
