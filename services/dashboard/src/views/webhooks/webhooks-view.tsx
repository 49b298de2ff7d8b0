import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Time } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { CreateWebhook } from './create-webhook.tsx';
import { type Webhook, webhooksSchema } from './webhook-schemas.ts';

const COLUMNS: readonly Column<Webhook>[] = [
  {
    key: 'url',
    heading: 'URL',
    isRowHeader: true,
    render: ({ id, url }) => <Link href={addresses.webhook(id)}>{url}</Link>,
  },
  {
    key: 'account',
    heading: 'Alerts of',
    render: ({ accountOwnerId }) =>
      accountOwnerId === null ? 'all accounts' : <Link href={addresses.account(accountOwnerId)}>{accountOwnerId}</Link>,
  },
  { key: 'created', heading: 'Created', render: ({ createdAt }) => <Time time={createdAt} /> },
  {
    key: 'status',
    heading: 'Status',
    render: ({ disabledAt }) =>
      disabledAt === null ? (
        <HealthBadge health="good">Active</HealthBadge>
      ) : (
        <span className="quiet">
          Disabled <Time time={disabledAt} />
        </span>
      ),
  },
];

/** Where spending alerts are sent. */
export function WebhooksView() {
  const { isAdmin } = useMe();
  const [isCreating, setCreating] = useState(false);
  const list = useApiPages('/v1/webhooks', {}, webhooksSchema);
  return (
    <>
      <PageTitle title="Webhooks">
        {isAdmin ? (
          <button type="button" className="button button-main" onClick={() => setCreating(true)}>
            Create a webhook
          </button>
        ) : null}
      </PageTitle>
      <p className="quiet">Spending alerts are posted to these URLs, signed, and retried until they are taken.</p>
      <section className="card" aria-label="Webhooks">
        <Answer of={list} label="Loading the webhooks">
          {({ pages }) => (
            <DataTable
              caption="Webhooks"
              columns={COLUMNS}
              rows={pages.flatMap(({ webhooks }) => webhooks)}
              rowKey={({ id }) => id}
              empty={
                <Empty title="There are no webhooks.">
                  {isAdmin ? 'Create one to have spending alerts sent to your systems.' : 'Billing admins create them.'}
                </Empty>
              }
            />
          )}
        </Answer>
        <MoreButton of={list} />
      </section>
      {isCreating ? <CreateWebhook onClose={() => setCreating(false)} /> : null}
    </>
  );
}
