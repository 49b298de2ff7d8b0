import { CURRENCY } from '../../../contract/amounts.ts';
import { type FocusColumn, midnight } from './focus-column.ts';

/** Who sells, runs and invoices everything that is metered. */
const PROVIDER = 'Hopsworks';

/** Who is billed, when, and by whom. */
export const ACCOUNT_COLUMNS: readonly FocusColumn[] = [
  {
    name: 'BillingAccountId',
    type: 'string',
    nullable: false,
    from: 'id of the account owner',
    value: ({ account }) => account.id,
  },
  {
    name: 'BillingAccountName',
    type: 'string',
    nullable: true,
    from: "the account owner's name, or else e-mail address",
    value: ({ account }) => account.name,
  },
  { name: 'BillingCurrency', type: 'string', nullable: false, from: `\`${CURRENCY}\``, value: () => CURRENCY },
  {
    name: 'BillingPeriodStart',
    type: 'datetime',
    nullable: false,
    from: 'first day of the month',
    value: ({ monthFrom }) => midnight(monthFrom),
  },
  {
    name: 'BillingPeriodEnd',
    type: 'datetime',
    nullable: false,
    from: 'first day of the next month',
    value: ({ monthTo }) => midnight(monthTo),
  },
  {
    name: 'InvoiceId',
    type: 'string',
    nullable: true,
    from: 'number of the final statement; null while the month is open',
    value: ({ account }) => (account.invoiceNumber === undefined ? null : String(account.invoiceNumber)),
  },
  {
    name: 'InvoiceDetailId',
    type: 'string',
    nullable: true,
    versions: ['1.4'],
    from: '`position` of the line of the final statement that the row is part of',
    value: ({ linePosition }) => (linePosition === undefined ? null : String(linePosition)),
  },
  { name: 'InvoiceIssuerName', type: 'string', nullable: false, from: `\`${PROVIDER}\``, value: () => PROVIDER },
  {
    name: 'ProviderName',
    type: 'string',
    nullable: false,
    versions: ['1.2'],
    from: `\`${PROVIDER}\``,
    value: () => PROVIDER,
  },
  {
    name: 'PublisherName',
    type: 'string',
    nullable: false,
    versions: ['1.2'],
    from: `\`${PROVIDER}\``,
    value: () => PROVIDER,
  },
  {
    name: 'ServiceProviderName',
    type: 'string',
    nullable: false,
    versions: ['1.4'],
    from: `\`${PROVIDER}\``,
    value: () => PROVIDER,
  },
  {
    name: 'HostProviderName',
    type: 'string',
    nullable: false,
    versions: ['1.4'],
    from: `\`${PROVIDER}\`: the cloud below a cluster is not known here`,
    value: () => PROVIDER,
  },
  {
    name: 'SubAccountId',
    type: 'string',
    nullable: true,
    from: 'id of the project; null outside of any project',
    value: ({ user }) => user?.projectId ?? null,
  },
  {
    name: 'SubAccountName',
    type: 'string',
    nullable: true,
    from: 'namespace of the project',
    value: ({ user }) => user?.projectNamespace ?? null,
  },
];
