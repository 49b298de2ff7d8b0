import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { Time } from '../../parts/day.tsx';
import { useMe } from '../../session/use-session.ts';
import { reasonText } from '../parked/reasons.ts';
import type { ParkedCopy } from './receipt-schemas.ts';
import { Step } from './step.tsx';

const STATUSES: Readonly<Record<ParkedCopy['status'], string>> = {
  pending: 'waits',
  counted: 'was counted since',
  given_up: 'was given up',
  ignored: 'is ignored',
};

/** Copies of the event that could not be counted at first, or never. */
export function ReceiptParked({ copies }: { readonly copies: readonly ParkedCopy[] }) {
  const { isStaff } = useMe();
  return (
    <Step title="Parked">
      <ul className="receipt-list">
        {copies.map(({ id, reason, detail, status, parkedAt, tryCount, resolvedAt, resolution }) => (
          <li key={id}>
            <strong>{reasonText(reason).name}</strong>: parked <Time time={parkedAt} />, {STATUSES[status]}
            {resolvedAt === null ? null : (
              <>
                {' '}
                <Time time={resolvedAt} />
              </>
            )}
            {resolution === null ? '' : ` (${resolution})`}
            {tryCount === 0
              ? ''
              : tryCount === 1
                ? ', tried again once'
                : `, tried again ${formatCount(tryCount)} times`}
            .{detail === null ? null : <span className="receipt-note quiet">{detail}</span>}
          </li>
        ))}
      </ul>
      {isStaff ? <Link href={addresses.parked()}>All parked events</Link> : null}
    </Step>
  );
}
