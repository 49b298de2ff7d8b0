import { navigate } from 'wouter/use-browser-location';

/** Shows another address of the page, without loading anything anew. */
export function go(to: string, how: { readonly replace?: boolean } = {}): void {
  navigate(to, how);
}
