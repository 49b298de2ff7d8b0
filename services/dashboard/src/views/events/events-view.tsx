import './events.css';
import { useEffect, useState } from 'react';
import { type Query, withQuery } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi, useApiPages } from '../../api/client.ts';
import { usageDailySchema } from '../../api/schemas.ts';
import { addDays, formatDay } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { BookedAmount } from './booked-amount.tsx';
import { bookedDays } from './compare-sums.ts';
import { eventsSchema } from './event-schemas.ts';
import { type EventSearch, FILTERS, parseSearch } from './event-search.ts';
import { EventsFilters } from './events-filters.tsx';
import { EventsTable } from './events-table.tsx';
import { FilterChips } from './filter-chips.tsx';
import { namesOf } from './names.ts';

const PAGE_EVENTS = '200';

/** More rows than that are no comparison that a person follows; the api gives as many at once. */
const PAGE_ROWS = '1000';

/** Where loading all events to compare them ends: 20 MB of them. */
const EVENTS_LOADED_MAX = 10_000;

/** The events behind an amount, down to each one's receipt. */
export function EventsView() {
  const { isStaff, id } = useMe();
  const [query, setQuery] = useQuery();
  const search = parseSearch(query, isStaff ? undefined : (id ?? undefined));
  const { account, user, project, cluster, meter } = search;
  const list = useApiPages('/v1/events', { ...search, limit: PAGE_EVENTS }, eventsSchema);
  const rollup = useApi(
    '/v1/usage-daily',
    { ...bookedDays(search), account, user, project, cluster, meter, limit: PAGE_ROWS },
    usageDailySchema,
  );
  const events = list.data?.pages.flatMap((page) => page.events) ?? [];
  const names = namesOf(rollup.data?.rows ?? []);
  const loading = useLoadAll(list, events.length, withQuery('', search));
  const onChange = (changes: Query): void => setQuery(changes);
  return (
    <>
      <PageTitle title="Events" />
      <section className="card" aria-labelledby="events-search">
        <div className="card-head">
          <h2 id="events-search">{headingOf(search)}</h2>
        </div>
        <FilterChips search={search} names={names} isAccountFixed={!isStaff} onChange={onChange} />
        <details className="events-change" open={query.size === 0}>
          <summary>Change the search</summary>
          <EventsFilters search={search} isAccountFixed={!isStaff} onChange={onChange} />
        </details>
      </section>
      {/* The rollup knows days: an hour's events cannot be compared with it. */}
      {search.hour !== undefined ||
      list.data === undefined ||
      (events.length === 0 && rollup.data?.rows.length === 0) ? null : (
        <BookedAmount
          search={search}
          events={events}
          rollup={rollup}
          isComplete={!list.hasNextPage && !list.isPlaceholderData}
          onLoadAll={loading.start}
          isLoading={loading.isLoading}
        />
      )}
      <section className="card" aria-labelledby="events-found">
        <div className="card-head">
          <h2 id="events-found">Events</h2>
          <p className="figure-note">
            rows of the ledger, the newest usage first
            {list.hasNextPage ? '; there are more' : ''}
          </p>
        </div>
        <Answer of={list} label="Loading the events" lines={8}>
          {() => (
            <EventsTable
              events={events}
              names={names}
              meter={meter}
              isComplete={!list.hasNextPage}
              empty={
                FILTERS.every((name) => search[name] === undefined)
                  ? 'Nothing was used on these days.'
                  : 'Nothing that matches was used on these days.'
              }
            />
          )}
        </Answer>
        <MoreButton of={list} />
      </section>
    </>
  );
}

type Pages = {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly isError: boolean;
  readonly fetchNextPage: () => unknown;
};

/** Loads page after page once it was asked for, until there are all of this search, or one cannot be had. */
function useLoadAll({ hasNextPage, isFetching, isError, fetchNextPage }: Pages, count: number, search: string) {
  const [wanted, setWanted] = useState<string>();
  const isLoading = wanted === search && hasNextPage && !isError && count < EVENTS_LOADED_MAX;
  useEffect(() => {
    if (isLoading && !isFetching) fetchNextPage();
  }, [isLoading, isFetching, fetchNextPage]);
  return { isLoading, start: () => setWanted(search) };
}

function headingOf({ from, to }: EventSearch): string {
  const last = addDays(to, -1);
  return from === last ? `Used on ${formatDay(from)}` : `Used from ${formatDay(from)} to ${formatDay(last)}`;
}
