import { addresses } from '../address/addresses.ts';
import type { ViewName } from '../address/view-of.ts';
import type { Me } from '../api/schemas.ts';

/** A place that the navigation leads to. */
export type Entry = {
  readonly to: string;
  readonly text: string;
  /** The views in which it is marked as where one is. */
  readonly views: readonly ViewName[];
};

export type EntryGroup = {
  /** Undefined where one group is all there is. */
  readonly name?: string;
  readonly entries: readonly Entry[];
};

const ACCOUNT_VIEWS = ['account', 'account-settings', 'account-people', 'account-history', 'statement'] as const;
const EVENTS: Entry = { to: addresses.events(), text: 'Events', views: ['events', 'receipt'] };
const USAGE: Entry = { to: addresses.usage(), text: 'My usage', views: ['usage'] };

const STAFF_GROUPS: readonly EntryGroup[] = [
  {
    name: 'Billing',
    entries: [
      { to: addresses.overview(), text: 'Overview', views: ['overview', 'sign-in', 'comparison'] },
      { to: addresses.accounts(), text: 'Accounts', views: ['accounts', ...ACCOUNT_VIEWS] },
      { to: addresses.months(), text: 'Months', views: ['months', 'month'] },
      { to: addresses.prices(), text: 'Prices', views: ['prices', 'price-change'] },
    ],
  },
  {
    name: 'Usage',
    entries: [
      EVENTS,
      { to: addresses.parked(), text: 'Parked events', views: ['parked'] },
      {
        to: addresses.clusters(),
        text: 'Clusters',
        views: ['clusters', 'cluster', 'new-cluster', 'cluster-set-up'],
      },
      { to: addresses.coverage(), text: 'Coverage', views: ['coverage'] },
    ],
  },
  {
    name: 'Operations',
    entries: [
      { to: addresses.operations(), text: 'Health', views: ['operations'] },
      {
        to: addresses.reconciliations(),
        text: 'Reconciliation',
        views: ['reconciliations', 'reconciliation'],
      },
      { to: addresses.webhooks(), text: 'Webhooks', views: ['webhooks', 'webhook'] },
      { to: addresses.auditLog(), text: 'Audit log', views: ['audit-log'] },
    ],
  },
];

const OWNER_GROUPS: readonly EntryGroup[] = [
  {
    entries: [
      { to: addresses.overview(), text: 'My account', views: ['overview', 'sign-in', 'accounts', ...ACCOUNT_VIEWS] },
      EVENTS,
      USAGE,
    ],
  },
];

const MEMBER_GROUPS: readonly EntryGroup[] = [{ entries: [{ ...USAGE, views: ['usage', 'overview', 'sign-in'] }] }];

/** Where somebody can go: what they may not see is not there. */
export function entriesFor(kind: Me['kind']): readonly EntryGroup[] {
  switch (kind) {
    case 'staff':
      return STAFF_GROUPS;
    case 'owner':
      return OWNER_GROUPS;
    case 'member':
      return MEMBER_GROUPS;
  }
}
