import { addDays, today } from '../../format/date.ts';

/** The api searches at most a month at once. */
export const SEARCH_DAYS_MAX = 31;

/** What is searched, as it stands in the address and as the api takes it. */
export type EventSearch = {
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly account: string | undefined;
  readonly user: string | undefined;
  readonly project: string | undefined;
  readonly cluster: string | undefined;
  readonly meter: string | undefined;
  readonly bookedOn: string | undefined;
  /** The hour in which the window begins, as a cell of the coverage: `2026-11-22T13:00:00Z`. */
  readonly hour: string | undefined;
};

/** The parameters that narrow the search down. */
export const FILTERS = ['account', 'user', 'project', 'cluster', 'meter', 'bookedOn', 'hour'] as const;

export type Filter = (typeof FILTERS)[number];

const DAY = /^2\d{3}-\d{2}-\d{2}$/;

const HOUR = /^2\d{3}-\d{2}-\d{2}T\d{2}:00:00Z$/;

/** Reads a search from the address; today where it names no day. An owner searches in the own account only. */
export function parseSearch(query: URLSearchParams, onlyAccount: string | undefined): EventSearch {
  const day = (name: string): string | undefined => {
    const text = query.get(name);
    return text !== null && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
  };
  const from = day('from') ?? today();
  const text = (name: string): string | undefined => query.get(name) || undefined;
  return {
    from,
    to: day('to') ?? addDays(from, 1),
    account: onlyAccount ?? text('account'),
    user: text('user'),
    project: text('project'),
    cluster: text('cluster'),
    meter: text('meter'),
    bookedOn: day('bookedOn'),
    hour: HOUR.test(query.get('hour') ?? '') ? text('hour') : undefined,
  };
}
