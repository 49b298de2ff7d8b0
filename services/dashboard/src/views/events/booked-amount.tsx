import type { UseQueryResult } from '@tanstack/react-query';
import type * as z from 'zod/mini';
import type { ApiProblem } from '../../api/api-problem.ts';
import type { usageDailySchema } from '../../api/schemas.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { compareSums, splitRows } from './compare-sums.ts';
import type { LedgerEvent } from './event-schemas.ts';
import type { EventSearch } from './event-search.ts';
import { RollupRows } from './rollup-rows.tsx';
import { SumsTable } from './sums-table.tsx';

export type BookedAmountProps = {
  readonly search: EventSearch;
  readonly events: readonly LedgerEvent[];
  readonly rollup: UseQueryResult<z.output<typeof usageDailySchema>, ApiProblem>;
  /** Whether all events of the search are there. */
  readonly isComplete: boolean;
  /** Loads the events that are not there yet. */
  readonly onLoadAll: () => void;
  readonly isLoading: boolean;
};

/** The amount that one came from: the rows of the rollup, and whether the events below add up to them. */
export function BookedAmount({ search, events, rollup, isComplete, onLoadAll, isLoading }: BookedAmountProps) {
  return (
    <section className="card" aria-labelledby="events-booked">
      <div className="card-head">
        <h2 id="events-booked">What they add up to</h2>
        {isComplete ? null : (
          <button type="button" className="button" disabled={isLoading} onClick={onLoadAll}>
            {isLoading ? `Loading… ${formatCount(events.length)}` : 'Load all events and compare'}
          </button>
        )}
      </div>
      <Answer of={rollup} label="Loading the booked amounts" lines={3}>
        {({ rows, nextCursor }) => {
          if (nextCursor !== undefined)
            return (
              <p className="notice">
                More than {formatCount(rows.length)} rows of the rollup match. Narrow the search to fewer days, or to
                one account, member or meter, to check that its events add up.
              </p>
            );
          const split = splitRows(search, rows);
          const hasAccount = search.account === undefined;
          return (
            <>
              <SumsTable sums={compareSums(search, events, rows)} isComplete={isComplete} />
              {split.rows.length > 1 ? (
                <details className="events-rows">
                  <summary>
                    {formatCount(split.rows.length)} rows of the rollup: select one to see only its events
                  </summary>
                  <RollupRows caption="Rows of the rollup" rows={split.rows} hasAccount={hasAccount} />
                </details>
              ) : null}
              {split.others.length > 0 ? (
                <div className="events-others">
                  <h3>Also booked on these days, for usage of other days</h3>
                  <p className="figure-note">
                    Usage of a closed month that arrived late or was corrected is booked in the next open month.
                  </p>
                  <RollupRows caption="Booked for other days" rows={split.others} hasAccount={hasAccount} />
                </div>
              ) : null}
            </>
          );
        }}
      </Answer>
    </section>
  );
}
