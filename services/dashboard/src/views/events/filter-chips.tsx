import type { Query } from '../../address/addresses.ts';
import { type EventSearch, FILTERS, type Filter } from './event-search.ts';
import { type Names, nameOfFilter } from './names.ts';

const WORDS: Readonly<Record<Filter, string>> = {
  account: 'Account',
  user: 'Member',
  project: 'Project',
  cluster: 'Cluster',
  meter: 'Meter',
  bookedOn: 'Booked on',
  hour: 'Hour',
};

export type FilterChipsProps = {
  readonly search: EventSearch;
  readonly names: Names;
  /** An owner cannot leave the own account. */
  readonly isAccountFixed: boolean;
  readonly onChange: (changes: Query) => void;
};

/** What is searched by, each with a button that takes it away. */
export function FilterChips({ search, names, isAccountFixed, onChange }: FilterChipsProps) {
  const active = FILTERS.filter((filter) => search[filter] !== undefined && !(isAccountFixed && filter === 'account'));
  if (active.length === 0) return <p className="quiet">Everything that was used on these days.</p>;
  return (
    <ul className="events-chips">
      {active.map((filter) => {
        const name = nameOfFilter(filter, search, names);
        return (
          <li key={filter} className="events-chip" title={search[filter]}>
            <span>
              <span className="quiet">{WORDS[filter]}:</span> {name}
            </span>
            <button
              type="button"
              className="events-chip-remove"
              aria-label={`Search without ${WORDS[filter].toLowerCase()} ${name}`}
              onClick={() => onChange({ [filter]: undefined })}
            >
              ✕
            </button>
          </li>
        );
      })}
    </ul>
  );
}
