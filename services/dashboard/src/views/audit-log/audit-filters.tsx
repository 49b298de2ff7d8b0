import './audit-log.css';
import { useEffect, useState } from 'react';
import type { SetQuery } from '../../address/use-query.ts';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { ACTIONS, actionText } from './action-text.ts';

/** What the address says. */
export type Filters = Readonly<
  Record<'account' | 'actor' | 'action' | 'entity' | 'entityId' | 'from' | 'until', string | undefined>
>;

const NONE = {
  account: undefined,
  actor: undefined,
  action: undefined,
  entity: undefined,
  entityId: undefined,
  from: undefined,
  until: undefined,
} satisfies Filters;

export type AuditFiltersProps = { readonly filters: Filters; readonly onChange: SetQuery };

/** Narrows the log down: what is chosen counts at once, what is written when it is sent off. */
export function AuditFilters({ filters, onChange }: AuditFiltersProps) {
  const { account = '', actor = '', action = '', entity, entityId, from = '', until = '' } = filters;
  const [draft, setDraft] = useState({ account, actor });
  // The address changed otherwise, such as by the back button.
  useEffect(() => setDraft({ account, actor }), [account, actor]);
  const actions = [...new Set([...(action === '' ? [] : [action]), ...ACTIONS])]
    .map((value) => ({ value, text: actionText(value) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const isNarrowed = Object.values(filters).some((value) => value !== undefined);
  return (
    <form
      className="card audit-filters"
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ account: draft.account.trim(), actor: draft.actor.trim() });
      }}
    >
      <PersonField
        label="Account"
        isRequired={false}
        value={draft.account}
        onChange={(value) => setDraft({ ...draft, account: value })}
        hint="Changes of the account and its members."
      />
      <TextField
        label="Who"
        value={draft.actor}
        onChange={(value) => setDraft({ ...draft, actor: value })}
        hint="The id of a person or a job."
      />
      <SelectField
        label="What"
        options={[{ value: '', text: 'Everything' }, ...actions]}
        value={action}
        onChange={(value) => onChange({ action: value })}
      />
      <TextField label="From" kind="date" value={from} onChange={(value) => onChange({ from: value })} />
      <TextField label="Until" kind="date" value={until} onChange={(value) => onChange({ until: value })} />
      <div className="audit-filter-buttons">
        <button type="submit" className="button">
          Show
        </button>
        {isNarrowed ? (
          <button type="button" className="button button-quiet" onClick={() => onChange(NONE)}>
            Show everything
          </button>
        ) : null}
      </div>
      {entityId === undefined ? null : (
        <p className="audit-filter-row">
          Only changes of {entity === undefined ? '' : `${entity.replaceAll('_', ' ')}: `}
          <span className="fixed">{entityId}</span>
        </p>
      )}
    </form>
  );
}
