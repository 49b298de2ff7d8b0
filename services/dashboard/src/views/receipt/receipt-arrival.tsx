import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { exactQuantity, formatCount, meterName } from '../../format/quantity.ts';
import { Copyable } from '../../parts/copyable.tsx';
import { Time } from '../../parts/day.tsx';
import type { Received, Said } from './receipt-schemas.ts';
import { Step } from './step.tsx';

export type ReceiptArrivalProps = {
  readonly source: string | null;
  readonly received: Received | null;
  readonly said: Said | null;
};

/** How the event came, and what it said. */
export function ReceiptArrival({ source, received, said }: ReceiptArrivalProps) {
  return (
    <Step title="Received">
      {received === null ? (
        <p>It was recorded before arrivals were kept.</p>
      ) : (
        <>
          <p>
            Accepted <Time time={received.receivedAt} /> and recorded <Time time={received.recordedAt} />:{' '}
            {`event ${formatCount(received.batch.position + 1)} of ${formatCount(received.batch.eventCount)}`} in its
            batch.
          </p>
          <dl className="facts">
            {received.clusterKey === null ? null : (
              <>
                <dt>Cluster key</dt>
                <dd>
                  <code>{received.clusterKey.prefix}…</code>{' '}
                  <span className="quiet">
                    <Copyable text={received.clusterKey.id} name="key id" />
                  </span>
                </dd>
              </>
            )}
            {received.requestId === null ? null : (
              <>
                <dt>Request</dt>
                <dd>
                  <Copyable text={received.requestId} name="request id" />
                </dd>
              </>
            )}
            <dt>Batch</dt>
            <dd>
              <Copyable text={received.batch.id} name="batch id" />
            </dd>
          </dl>
        </>
      )}
      {said === null ? null : <What source={source} said={said} />}
    </Step>
  );
}

type WhatProps = { readonly source: string | null; readonly said: Said };

function What({ source, said: { subject, namespace, quantities, replaces, reason } }: WhatProps) {
  return (
    <>
      <p>
        It named {subject === null ? 'no user' : <code>{subject}</code>} and{' '}
        {namespace === null ? (
          'no namespace'
        ) : (
          <>
            the namespace <code>{namespace}</code>
          </>
        )}
        .
        {replaces === null ? null : (
          <>
            {' '}
            It replaces{' '}
            {source === null ? replaces : <Link href={addresses.receipt(replaces, source)}>{replaces}</Link>}.
          </>
        )}
        {reason === null ? '' : ` Reason: ${reason}.`}
      </p>
      <ul className="receipt-quantities">
        {quantities.map(({ meter, quantity }) => (
          <li key={meter}>
            {meterName(meter)}: <span className="receipt-exact">{exactQuantity(quantity, meter)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
