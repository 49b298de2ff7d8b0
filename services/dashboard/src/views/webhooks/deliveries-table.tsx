import { useSend } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Ago, Time } from '../../parts/day.tsx';
import { type Health, HealthBadge } from '../../parts/health-badge.tsx';
import { Problem } from '../../parts/problem.tsx';
import { say } from '../../parts/said.tsx';
import { type Delivery, deliverySchema } from './webhook-schemas.ts';

const HEALTH: Readonly<Record<Delivery['status'], Health>> = { pending: 'watch', delivered: 'good', dead: 'bad' };

const STATUS_TEXTS: Readonly<Record<Delivery['status'], string>> = {
  pending: 'Pending',
  delivered: 'Delivered',
  dead: 'Dead',
};

export type DeliveriesTableProps = {
  readonly webhookId: string;
  readonly rows: readonly Delivery[];
  readonly isAdmin: boolean;
};

/** Each alert that the webhook is told, with the last attempt. */
export function DeliveriesTable({ webhookId, rows, isAdmin }: DeliveriesTableProps) {
  const columns: readonly Column<Delivery>[] = [
    { key: 'created', heading: 'Raised', isRowHeader: true, render: ({ createdAt }) => <Time time={createdAt} /> },
    {
      key: 'status',
      heading: 'Status',
      render: ({ status }) => <HealthBadge health={HEALTH[status]}>{STATUS_TEXTS[status]}</HealthBadge>,
    },
    { key: 'attempts', heading: 'Attempts', align: 'right', render: ({ attempts }) => formatCount(attempts) },
    { key: 'last', heading: 'Last attempt', render: lastAttempt },
    {
      key: 'next',
      heading: 'Next attempt',
      render: ({ nextAttemptAt }) => (nextAttemptAt === null ? '–' : <Time time={nextAttemptAt} />),
    },
    ...(isAdmin
      ? [
          {
            key: 'retry',
            heading: <span className="visually-hidden">Retry</span>,
            render: (row: Delivery) => <RetryDelivery webhookId={webhookId} delivery={row} />,
          },
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Deliveries"
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty="There are no such deliveries."
    />
  );
}

function lastAttempt({ lastAttemptAt, lastStatus, lastError }: Delivery) {
  if (lastAttemptAt === null) return '–';
  return (
    <>
      <Ago time={lastAttemptAt} />
      {lastError === null ? (lastStatus === null ? '' : `, answered ${lastStatus}`) : `: ${lastError}`}
    </>
  );
}

function RetryDelivery({ webhookId, delivery }: { readonly webhookId: string; readonly delivery: Delivery }) {
  const deliveries = `/v1/webhooks/${webhookId}/deliveries`;
  const send = useSend<typeof deliverySchema, undefined>('POST', `${deliveries}/${delivery.id}/retry`, deliverySchema, [
    deliveries,
  ]);
  if (delivery.status === 'delivered') return null;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={send.isPending}
        onClick={() => send.mutate(undefined, { onSuccess: () => say('The delivery is retried within seconds.') })}
      >
        Retry now
      </button>
      {send.error === null ? null : <Problem problem={send.error} />}
    </>
  );
}
