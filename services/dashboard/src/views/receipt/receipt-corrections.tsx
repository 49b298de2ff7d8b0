import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { meterName } from '../../format/quantity.ts';
import { Time } from '../../parts/day.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { Correction, Receipt } from './receipt-schemas.ts';
import { Step } from './step.tsx';

const STATUSES: Readonly<Record<Correction['status'], string>> = {
  in_force: 'in force',
  superseded: 'replaced by a later one',
  parked: 'parked',
  given_up: 'given up',
};

export type ReceiptCorrectionsProps = Pick<Receipt, 'event' | 'corrections'>;

/** Everything that replaces this event, or that it replaces, in the order of time. */
export function ReceiptCorrections({ event, corrections }: ReceiptCorrectionsProps) {
  const linkTo = (id: string) =>
    id === event.id || event.source === null ? (
      <strong>{id}</strong>
    ) : (
      <Link href={addresses.receipt(id, event.source)}>{id}</Link>
    );
  return (
    <Step title="Corrections">
      {corrections.rootId === null ? null : <p>They are about {linkTo(corrections.rootId)}.</p>}
      <ol className="receipt-list">
        {corrections.chain.map((correction) => (
          <li key={correction.id}>
            {linkTo(correction.id)}, {STATUSES[correction.status]}
            {correction.correctedAt === null ? null : (
              <>
                , of <Time time={correction.correctedAt} />
              </>
            )}
            : {correction.reason ?? 'no reason given'}
            <span className="receipt-note quiet">
              {correction.quantities.length === 0
                ? 'A void: nothing was used.'
                : correction.quantities.map(({ meter, quantity }) => (
                    <span key={meter} className="receipt-quantity">
                      {meterName(meter)} <Quantity quantity={quantity} meter={meter} hasUnit />
                    </span>
                  ))}
            </span>
          </li>
        ))}
      </ol>
    </Step>
  );
}
