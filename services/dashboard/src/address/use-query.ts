import { useMemo } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';
import { type Query, withQuery } from './addresses.ts';
import { go } from './go.ts';

/** Sets parameters and leaves the others as they are; undefined or empty takes one away. */
export type SetQuery = (changes: Query, how?: { readonly replace?: boolean }) => void;

/**
 * The parameters of the address, and how to change them: filters, months and sorting live there, so that a link to a
 * view shows the same, and the back button undoes a choice. Text that is being typed replaces the entry (`replace`).
 *
 * Not wouter's own: it decodes the parameters a second time, which changes ids that hold a percent sign.
 */
export function useQuery(): readonly [URLSearchParams, SetQuery] {
  const search = useLocationProperty(() => window.location.search);
  const params = useMemo(() => new URLSearchParams(search), [search]);
  return [params, setQuery];
}

/** Also called from outside of a render, so it reads the address as it is then. */
function setQuery(changes: Query, how: { readonly replace?: boolean } = {}): void {
  const query = { ...Object.fromEntries(new URLSearchParams(window.location.search)), ...changes };
  go(withQuery(window.location.pathname, query), how);
}
