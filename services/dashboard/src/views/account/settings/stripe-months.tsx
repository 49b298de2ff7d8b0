import { formatMonth } from '../../../format/date.ts';
import { meterName } from '../../../format/quantity.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { type Health, HealthBadge } from '../../../parts/health-badge.tsx';
import { Quantity } from '../../../parts/quantity.tsx';
import type { StripeMonth } from './stripe-schemas.ts';

const STATES: Readonly<Record<StripeMonth['state'], readonly [Health, string]>> = {
  sent: ['good', 'Sent'],
  waiting: ['watch', 'Sent with the next round'],
  owed: ['watch', 'More was sent than used'],
  pending: ['watch', 'Being sent'],
  uncertain: ['bad', 'Not known whether Stripe has it'],
  rejected: ['bad', 'Rejected by Stripe'],
  too_old: ['bad', 'Too old for Stripe'],
};

const COLUMNS: readonly Column<StripeMonth>[] = [
  { key: 'month', heading: 'Month', isRowHeader: true, render: ({ month }) => formatMonth(month) },
  { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
  {
    key: 'used',
    heading: 'Used',
    align: 'right',
    render: ({ quantity, meter }) => <Quantity quantity={quantity} meter={meter} hasUnit isAligned />,
  },
  {
    key: 'sent',
    heading: 'Sent',
    align: 'right',
    render: ({ sent, meter }) => <Quantity quantity={sent} meter={meter} isAligned />,
  },
  {
    key: 'left',
    heading: 'Left for later',
    align: 'right',
    render: ({ remainder, meter }) => <Quantity quantity={remainder} meter={meter} isAligned />,
  },
  {
    key: 'state',
    heading: 'State',
    render: ({ state }) => <HealthBadge health={STATES[state][0]}>{STATES[state][1]}</HealthBadge>,
  },
];

/** How much of each month Stripe has, by meter. */
export function StripeMonths({ months }: { readonly months: readonly StripeMonth[] }) {
  return (
    <DataTable
      caption="Usage sent to Stripe"
      columns={COLUMNS}
      rows={[...months].reverse()}
      rowKey={({ month, stripeCustomerId, meter }) => `${month} ${stripeCustomerId} ${meter}`}
    />
  );
}
