import { type FormEvent, useId } from 'react';
import type { Query } from '../../address/addresses.ts';
import { addDays } from '../../format/date.ts';
import { type EventSearch, FILTERS, type Filter, SEARCH_DAYS_MAX } from './event-search.ts';

const NAMES: Readonly<Record<Filter, string>> = {
  account: 'Account owner id',
  user: 'User id',
  project: 'Project id, or none',
  cluster: 'Cluster id',
  meter: 'Meter',
  bookedOn: 'Booked on',
  hour: 'Hour, such as 2026-11-22T13:00:00Z',
};

export type EventsFiltersProps = {
  readonly search: EventSearch;
  /** An owner cannot leave the own account. */
  readonly isAccountFixed: boolean;
  readonly onChange: (changes: Query) => void;
};

/** Fields for everything that can be searched by. They take effect together, with Enter or the button. */
export function EventsFilters({ search, isAccountFixed, onChange }: EventsFiltersProps) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string): string => String(given.get(name) ?? '').trim();
    const from = text('from') || search.from;
    const last = text('last') || from;
    const filters = FILTERS.filter((name) => name !== 'account' || !isAccountFixed).map((name) => [name, text(name)]);
    onChange({ ...Object.fromEntries(filters), from, to: addDays(last < from ? from : last, 1) });
  };
  return (
    // A new key makes the fields show what the address says now, such as after the back button.
    <form className="events-filters" key={JSON.stringify(search)} onSubmit={submit}>
      <Field name="from" label="Used from (UTC)" type="date" value={search.from} />
      <Field name="last" label={`to (at most ${SEARCH_DAYS_MAX} days)`} type="date" value={addDays(search.to, -1)} />
      {FILTERS.filter((name) => name !== 'account' || !isAccountFixed).map((name) => (
        <Field
          key={name}
          name={name}
          label={NAMES[name]}
          type={name === 'bookedOn' ? 'date' : 'text'}
          value={search[name] ?? ''}
        />
      ))}
      <div className="events-actions">
        <button type="submit" className="button button-main">
          Search
        </button>
        <button
          type="button"
          className="button button-quiet"
          onClick={() => onChange(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
        >
          Clear
        </button>
      </div>
    </form>
  );
}

type FieldProps = {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'date';
  readonly value: string;
};

function Field({ name, label, type, value }: FieldProps) {
  const id = useId();
  return (
    <div className="events-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} type={type} defaultValue={value} autoComplete="off" spellCheck={false} />
    </div>
  );
}
