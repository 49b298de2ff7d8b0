/** What the page's views are reached by. Every link is made here, so that ids are always encoded. */
export const addresses = {
  overview: () => '/',
  accounts: (query: { readonly month?: string | undefined; readonly q?: string | undefined } = {}) =>
    withQuery('/accounts', query),
  account: (id: string, query: Query = {}) => withQuery(`/accounts/${encodeURIComponent(id)}`, query),
  statement: (accountOwnerId: string, month: string) =>
    `/accounts/${encodeURIComponent(accountOwnerId)}/statements/${encodeURIComponent(month)}`,
  events: (query: Query = {}) => withQuery('/events', query),
  receipt: (id: string, source: string) =>
    // Browsers take these out of a path, percent-encoded or not.
    id === '.' || id === '..'
      ? withQuery('/receipt', { id, source })
      : withQuery(`/events/${encodeURIComponent(id)}`, { source }),
  parked: (query: Query = {}) => withQuery('/parked', query),
  comparison: (query: Query = {}) => withQuery('/comparison', query),
  accountSettings: (id: string) => `/accounts/${encodeURIComponent(id)}/settings`,
  accountPeople: (id: string) => `/accounts/${encodeURIComponent(id)}/people`,
  accountHistory: (id: string) => `/accounts/${encodeURIComponent(id)}/history`,
  prices: (query: Query = {}) => withQuery('/prices', query),
  priceChange: (id: string) => `/prices/changes/${encodeURIComponent(id)}`,
  months: () => '/months',
  month: (month: string) => `/months/${encodeURIComponent(month)}`,
  clusters: () => '/clusters',
  newCluster: () => '/clusters/new',
  cluster: (id: string, query: Query = {}) => withQuery(`/clusters/${encodeURIComponent(id)}`, query),
  clusterSetUp: (id: string, query: Query = {}) => withQuery(`/clusters/${encodeURIComponent(id)}/set-up`, query),
  coverage: (query: Query = {}) => withQuery('/coverage', query),
  operations: () => '/operations',
  reconciliations: () => '/operations/reconciliations',
  reconciliation: (id: string) => `/operations/reconciliations/${encodeURIComponent(id)}`,
  webhooks: () => '/operations/webhooks',
  webhook: (id: string) => `/operations/webhooks/${encodeURIComponent(id)}`,
  auditLog: (query: Query = {}) => withQuery('/operations/audit-log', query),
  usage: (query: Query = {}) => withQuery('/usage', query),
  /** The token stands behind the `#`, which browsers keep to themselves: addresses end up in logs. */
  acceptInvite: (token: string) => `/invites/accept#token=${encodeURIComponent(token)}`,
  signIn: () => '/sign-in',
} as const;

/** Parameters of an address; those that are undefined or empty are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** Adds parameters to a path. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
