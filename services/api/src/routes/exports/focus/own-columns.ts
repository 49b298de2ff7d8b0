import { isImportedMeter } from '@hopsmeter/usage';
import type { FocusColumn } from './focus-column.ts';

/** What FOCUS has no column for. They come last. */
export const OWN_COLUMNS: readonly FocusColumn[] = [
  {
    name: 'x_ChargeKind',
    type: 'string',
    nullable: false,
    from: "`kind` of the statement's line: `usage`, `late_usage`, `re_rating` or `model_effect`",
    value: ({ kind }) => kind,
  },
  {
    name: 'x_ClusterId',
    type: 'string',
    nullable: true,
    from: 'id of the cluster. Null for model effects',
    value: ({ user }) => user?.clusterId ?? null,
  },
  {
    name: 'x_ClusterName',
    type: 'string',
    nullable: true,
    from: 'name of the cluster',
    value: ({ user }) => user?.clusterName ?? null,
  },
  {
    name: 'x_CreditUsd',
    type: 'decimal',
    nullable: false,
    from: "USD of one credit: of the final statement, or of the account's rate card on the month's last day",
    value: ({ account }) => account.creditUsd,
  },
  {
    name: 'x_Origin',
    type: 'string',
    nullable: false,
    from: '`metered`, or `imported` for what another system measured and billed before',
    value: ({ meter }) => (isImportedMeter(meter) ? 'imported' : 'metered'),
  },
  {
    name: 'x_PriceOverrideId',
    type: 'string',
    nullable: true,
    from: "the account's own price or discount, where it has one",
    value: ({ user }) => user?.priceOverrideId ?? null,
  },
  {
    name: 'x_RateId',
    type: 'string',
    nullable: true,
    from: "the rate card's rate behind the price; null where the account has its own price, and for imported usage",
    value: ({ user }) => user?.rateId ?? null,
  },
  {
    name: 'x_UserId',
    type: 'string',
    nullable: true,
    from: 'who used it. Null for model effects',
    value: ({ user }) => user?.userId ?? null,
  },
  {
    name: 'x_UserName',
    type: 'string',
    nullable: true,
    from: 'name, or else e-mail address',
    value: ({ user }) => user?.userName ?? null,
  },
];
