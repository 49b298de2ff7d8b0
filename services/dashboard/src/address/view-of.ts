/** Which view an address is of, with what its path names. */
export type ViewAddress =
  | {
      readonly view:
        | 'overview'
        | 'accounts'
        | 'events'
        | 'parked'
        | 'comparison'
        | 'prices'
        | 'months'
        | 'clusters'
        | 'new-cluster'
        | 'coverage'
        | 'operations'
        | 'reconciliations'
        | 'webhooks'
        | 'audit-log'
        | 'usage'
        | 'accept-invite'
        | 'sign-in'
        | 'nothing';
    }
  | {
      readonly view:
        | 'account'
        | 'account-settings'
        | 'account-people'
        | 'account-history'
        | 'receipt'
        | 'price-change'
        | 'cluster'
        | 'cluster-set-up'
        | 'reconciliation'
        | 'webhook';
      readonly id: string;
    }
  | { readonly view: 'statement'; readonly id: string; readonly month: string }
  | { readonly view: 'month'; readonly month: string };

export type ViewName = ViewAddress['view'];

/** A path, with `:` where it names something, and the view that it is of. */
type Route = readonly [path: string, view: (...named: string[]) => ViewAddress];

/** The first one that fits counts. */
const ROUTES: readonly Route[] = [
  ['', () => ({ view: 'overview' })],
  ['accounts', () => ({ view: 'accounts' })],
  ['accounts/:', (id = '') => ({ view: 'account', id })],
  ['accounts/:/settings', (id = '') => ({ view: 'account-settings', id })],
  ['accounts/:/people', (id = '') => ({ view: 'account-people', id })],
  ['accounts/:/history', (id = '') => ({ view: 'account-history', id })],
  ['accounts/:/statements/:', (id = '', month = '') => ({ view: 'statement', id, month })],
  ['events', () => ({ view: 'events' })],
  ['events/:', (id = '') => ({ view: 'receipt', id })],
  ['parked', () => ({ view: 'parked' })],
  ['comparison', () => ({ view: 'comparison' })],
  ['prices', () => ({ view: 'prices' })],
  ['prices/changes/:', (id = '') => ({ view: 'price-change', id })],
  ['months', () => ({ view: 'months' })],
  ['months/:', (month = '') => ({ view: 'month', month })],
  ['clusters', () => ({ view: 'clusters' })],
  ['clusters/new', () => ({ view: 'new-cluster' })],
  ['clusters/:', (id = '') => ({ view: 'cluster', id })],
  ['clusters/:/set-up', (id = '') => ({ view: 'cluster-set-up', id })],
  ['coverage', () => ({ view: 'coverage' })],
  ['operations', () => ({ view: 'operations' })],
  ['operations/reconciliations', () => ({ view: 'reconciliations' })],
  ['operations/reconciliations/:', (id = '') => ({ view: 'reconciliation', id })],
  ['operations/webhooks', () => ({ view: 'webhooks' })],
  ['operations/webhooks/:', (id = '') => ({ view: 'webhook', id })],
  ['operations/audit-log', () => ({ view: 'audit-log' })],
  ['usage', () => ({ view: 'usage' })],
  ['invites/accept', () => ({ view: 'accept-invite' })],
  ['sign-in', () => ({ view: 'sign-in' })],
];

/**
 * Reads a path as the browser has it, still encoded: an id may hold a slash or a percent sign, so the path is split
 * before its parts are decoded, and each part is decoded once.
 */
export function viewOf(pathname: string, search = ''): ViewAddress {
  const parts = partsOf(pathname);
  if (parts === undefined) return { view: 'nothing' };
  if (parts.length === 1 && parts[0] === 'receipt')
    return { view: 'receipt', id: new URLSearchParams(search).get('id') ?? '' };
  for (const [path, view] of ROUTES) {
    const named = namedBy(path, parts);
    if (named !== undefined) return view(...named);
  }
  return { view: 'nothing' };
}

/** What an address names where a path has `:`; undefined when they are not alike. */
function namedBy(path: string, parts: readonly string[]): string[] | undefined {
  const wanted = path === '' ? [] : path.split('/');
  const isAlike = wanted.length === parts.length && wanted.every((part, at) => part === ':' || part === parts[at]);
  return isAlike ? parts.filter((_, at) => wanted[at] === ':') : undefined;
}

function partsOf(pathname: string): string[] | undefined {
  try {
    return pathname
      .replace(/\/$/, '')
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part));
  } catch {
    // A percent sign that encodes nothing: no link of ours.
    return undefined;
  }
}
