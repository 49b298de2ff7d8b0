import type { Me } from '../api/schemas.ts';
import type { ViewName } from './view-of.ts';

/** Who a view is for: billing staff; those and account owners; everybody who is signed in. */
export type Audience = 'staff' | 'billed' | 'everybody';

/**
 * Staff see everything; account owners what is about their account; members what they used. The api decides: a view
 * that is shown by mistake would be empty, with the api's refusal in it.
 */
const AUDIENCES: Readonly<Record<ViewName, Audience>> = {
  overview: 'everybody',
  accounts: 'billed',
  account: 'billed',
  'account-settings': 'billed',
  'account-people': 'billed',
  'account-history': 'staff',
  statement: 'billed',
  events: 'billed',
  receipt: 'billed',
  parked: 'staff',
  comparison: 'staff',
  prices: 'staff',
  'price-change': 'staff',
  months: 'staff',
  month: 'staff',
  clusters: 'staff',
  'new-cluster': 'staff',
  cluster: 'staff',
  'cluster-set-up': 'staff',
  coverage: 'staff',
  operations: 'staff',
  reconciliations: 'staff',
  reconciliation: 'staff',
  webhooks: 'staff',
  webhook: 'staff',
  'audit-log': 'staff',
  usage: 'everybody',
  'accept-invite': 'everybody',
  'sign-in': 'everybody',
  nothing: 'everybody',
};

/** Whether a view is for somebody; if not, who it is for. */
export function refusedAudience(view: ViewName, kind: Me['kind']): Exclude<Audience, 'everybody'> | undefined {
  const audience = AUDIENCES[view];
  if (audience === 'everybody' || kind === 'staff') return undefined;
  return audience === 'billed' && kind === 'owner' ? undefined : audience;
}
