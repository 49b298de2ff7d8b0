import { useState } from 'react';
import { formatDay, today } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { describeTerms } from './describe-terms.ts';
import { MeterCell } from './meter-cell.tsx';
import { draftTerms, type OnSet } from './price-draft.ts';
import type { Meter, Rate, RateCard } from './price-schemas.ts';
import { StateBadge } from './state-badge.tsx';
import { TermsText } from './terms-text.tsx';
import { lastDayOf, stateOf } from './validity.ts';
import { WithdrawRate } from './withdraw-price.tsx';

/** A rate, or a meter that the card has no price for. */
type Row = { readonly meter: string; readonly rate?: Rate };

export type RatesTableProps = {
  /** Undefined for those who may only look. */
  readonly onSet: OnSet | undefined;
  readonly card: RateCard;
  readonly meters: readonly Meter[];
  /** Also shows rates whose days are over. */
  readonly hasPast: boolean;
};

/** Rates by meter, each with its days: the newest first. */
export function RatesTable({ card, meters, hasPast, onSet }: RatesTableProps) {
  const [withdrawn, setWithdrawn] = useState<Rate>();
  const day = today();
  const columns: readonly Column<Row>[] = [
    { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => <MeterCell meter={meter} /> },
    {
      key: 'price',
      heading: 'List price',
      render: ({ meter, rate }) =>
        rate === undefined ? (
          <span className="quiet">Usage of it is parked until it has a price.</span>
        ) : (
          <TermsText meter={meter} terms={rate} />
        ),
    },
    {
      key: 'first',
      heading: 'First day',
      render: ({ rate }) => (rate === undefined ? '–' : <Day day={rate.validFrom} />),
    },
    {
      key: 'last',
      heading: 'Last day',
      render: ({ rate }) => (rate?.validTo == null ? '–' : <Day day={lastDayOf(rate.validTo)} />),
    },
    {
      key: 'state',
      heading: 'In force',
      render: ({ rate }) =>
        rate === undefined ? (
          <HealthBadge health="watch">No price</HealthBadge>
        ) : (
          <StateBadge state={stateOf(rate, day)} />
        ),
    },
    ...(onSet === undefined
      ? []
      : [
          {
            key: 'actions',
            heading: <span className="visually-hidden">Actions</span>,
            align: 'right' as const,
            render: ({ meter, rate }: Row) => (
              <span className="row-actions">
                <button
                  type="button"
                  className="button button-quiet"
                  aria-label={`New price of ${meterName(meter)}`}
                  onClick={() => onSet({ rateCardId: card.id, meter, ...(rate === undefined ? {} : draftTerms(rate)) })}
                >
                  New price
                </button>
                {rate === undefined ? null : (
                  <button
                    type="button"
                    className="button button-quiet button-danger"
                    aria-label={`Withdraw the price of ${meterName(meter)} from ${formatDay(rate.validFrom)}`}
                    onClick={() => setWithdrawn(rate)}
                  >
                    Withdraw
                  </button>
                )}
              </span>
            ),
          },
        ]),
  ];
  return (
    <>
      <DataTable
        caption={`Rates of the card ${card.name}`}
        columns={columns}
        rows={rowsOf(card, meters, hasPast, day)}
        rowKey={({ meter, rate }) => rate?.id ?? meter}
      />
      {withdrawn === undefined ? null : (
        <WithdrawRate rateId={withdrawn.id} text={describeRate(withdrawn)} onClose={() => setWithdrawn(undefined)} />
      )}
    </>
  );
}

function describeRate(rate: Rate): string {
  const terms = describeTerms(rate.meter, rate).join(', ');
  return `${meterName(rate.meter)}: ${terms}, from ${formatDay(rate.validFrom)}`;
}

function rowsOf({ rates }: RateCard, meters: readonly Meter[], hasPast: boolean, day: string): readonly Row[] {
  return meters.flatMap(({ meter }): readonly Row[] => {
    const own = rates
      .filter((rate) => rate.meter === meter)
      .filter((rate) => hasPast || stateOf(rate, day) !== 'past')
      .reverse();
    return own.length === 0 ? [{ meter }] : own.map((rate) => ({ meter, rate }));
  });
}
