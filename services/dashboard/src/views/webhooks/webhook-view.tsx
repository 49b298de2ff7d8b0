import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi, useApiPages, useSend } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { Time } from '../../parts/day.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { say } from '../../parts/said.tsx';
import { Segments } from '../../parts/segments.tsx';
import { useMe } from '../../session/use-session.ts';
import { DeliveriesTable } from './deliveries-table.tsx';
import { deliveriesSchema, type Webhook, webhookSchema, webhooksSchema } from './webhook-schemas.ts';

const STATUSES = [
  { value: 'all', text: 'All' },
  { value: 'pending', text: 'Pending' },
  { value: 'dead', text: 'Dead' },
  { value: 'delivered', text: 'Delivered' },
] as const;

/** There can be 100 at a time, and those that were disabled. */
const WEBHOOKS_LIMIT = '500';

/** New attempts are seen soon. */
const REFETCH_MS = 5_000;

/** What a webhook was told, and what it could not be told. */
export function WebhookView({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [query, setQuery] = useQuery();
  const [isDisabling, setDisabling] = useState(false);
  const status = STATUSES.find(({ value }) => value === query.get('status'))?.value ?? 'all';
  const path = `/v1/webhooks/${id}`;
  const webhook = useApi('/v1/webhooks', { limit: WEBHOOKS_LIMIT }, webhooksSchema).data?.webhooks.find(
    (one) => one.id === id,
  );
  const list = useApiPages(`${path}/deliveries`, { status: status === 'all' ? undefined : status }, deliveriesSchema, {
    refetchMs: REFETCH_MS,
  });
  return (
    <>
      <PageTitle title="Webhook" up={<Link href={addresses.webhooks()}>Webhooks</Link>}>
        {isAdmin && webhook?.disabledAt === null ? (
          <button type="button" className="button button-danger" onClick={() => setDisabling(true)}>
            Disable
          </button>
        ) : null}
      </PageTitle>
      {webhook === undefined ? null : <WebhookFacts webhook={webhook} />}
      <section className="card" aria-labelledby="deliveries">
        <div className="card-head">
          <h2 id="deliveries">Deliveries</h2>
          <Segments
            label="Which deliveries"
            options={STATUSES}
            value={status}
            onChange={(next) => setQuery({ status: next === 'all' ? '' : next })}
          />
        </div>
        <Answer of={list} label="Loading the deliveries">
          {({ pages }) => (
            <DeliveriesTable webhookId={id} rows={pages.flatMap(({ deliveries }) => deliveries)} isAdmin={isAdmin} />
          )}
        </Answer>
        <MoreButton of={list} />
      </section>
      {isDisabling ? <DisableWebhook path={path} onClose={() => setDisabling(false)} /> : null}
    </>
  );
}

function WebhookFacts({ webhook: { url, accountOwnerId, disabledAt } }: { readonly webhook: Webhook }) {
  return (
    <dl className="facts">
      <dt>URL</dt>
      <dd>
        <Copyable text={url} name="URL" />
      </dd>
      <dt>Alerts of</dt>
      <dd>
        {accountOwnerId === null ? (
          'all accounts'
        ) : (
          <Link href={addresses.account(accountOwnerId)}>{accountOwnerId}</Link>
        )}
      </dd>
      {disabledAt === null ? null : (
        <>
          <dt>Disabled</dt>
          <dd>
            <Time time={disabledAt} />
          </dd>
        </>
      )}
    </dl>
  );
}

function DisableWebhook({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const send = useSend<typeof webhookSchema, undefined>('DELETE', path, webhookSchema, [
    '/v1/webhooks',
    `${path}/deliveries`,
  ]);
  const done = (): void => {
    say('The webhook is disabled.');
    onClose();
  };
  return (
    <FormDialog
      title="Disable this webhook?"
      submit="Disable the webhook"
      isDanger
      send={send}
      onSubmit={() => send.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <p>No alert is sent to it any more, and pending deliveries are given up.</p>
    </FormDialog>
  );
}
