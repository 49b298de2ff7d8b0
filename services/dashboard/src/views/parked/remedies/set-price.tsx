import { Link } from 'wouter';
import { addresses } from '../../../address/addresses.ts';
import type { RemedyFormProps } from './remedy-form.ts';

/** Leads to where a price is set: that shows what it would change first. */
export function SetPrice({ event, lacking: { meters, start }, onClose }: RemedyFormProps) {
  const named = meters.find((meter) => event.detail.includes(meter)) ?? meters[0];
  return (
    <div className="form">
      <p>
        {event.detail}. Set a price from {start?.slice(0, 10) ?? 'the day of the usage'} on, or earlier. The usage is
        counted once it is in force.
      </p>
      <div className="form-buttons">
        <Link className="button button-main" href={addresses.prices({ meter: named })}>
          Set a price
        </Link>
        <button type="button" className="button button-quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </div>
  );
}
