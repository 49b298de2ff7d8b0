import { addDays, eachDay, formatDay, today } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { ChangeStatus } from './change-status.tsx';
import type { PriceChange } from './price-schemas.ts';

/** How far the re-rating of recorded usage is, in usage days. */
export function ChangeProgress({ change }: { readonly change: PriceChange }) {
  const { status, nextDay, firstDay, endDay, changedRows } = change;
  const tomorrow = addDays(today(), 1);
  const end = endDay === null || endDay > tomorrow ? tomorrow : endDay;
  const all = eachDay(firstDay, end).length;
  const done = nextDay === null ? all : eachDay(firstDay, nextDay).length;
  return (
    <section className="card price-progress" aria-labelledby="progress">
      <div className="card-head">
        <h2 id="progress">Re-rating</h2>
        <ChangeStatus status={status} />
      </div>
      {status === 'applied' ? (
        <p>
          {changedRows === 0
            ? 'No recorded usage needed re-rating.'
            : `All recorded usage has its new price: ${formatCount(changedRows)} rows changed.`}
        </p>
      ) : (
        <>
          <progress aria-label="Usage days being re-rated" value={Math.min(done, all)} max={Math.max(all, 1)} />
          <p>
            {nextDay === null ? null : `${formatDay(nextDay)} is next. `}
            {formatCount(changedRows)} rows changed so far. New usage has the new price already; no month that the
            change reaches can be closed until it is applied.
          </p>
        </>
      )}
    </section>
  );
}
