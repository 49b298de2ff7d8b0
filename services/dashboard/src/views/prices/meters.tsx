import { useState } from 'react';
import type { ApiProblem } from '../../api/api-problem.ts';
import { today } from '../../format/date.ts';
import { Answer, type AnswerOf } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { CreateMeter } from './create-meter.tsx';
import { MeterCell } from './meter-cell.tsx';
import { isPriced, type Meter, type RateCard } from './price-schemas.ts';
import type { RatesProps } from './rates.tsx';
import { stateOf } from './validity.ts';

export type MetersProps = Pick<RatesProps, 'cards' | 'onSet'> & {
  readonly meters: AnswerOf<{ readonly meters: readonly Meter[] }> & { readonly error: ApiProblem | null };
};

/** What is measured. */
export function Meters({ meters, cards, onSet }: MetersProps) {
  const [isCreating, setCreating] = useState(false);
  const columns: readonly Column<Meter>[] = [
    { key: 'meter', heading: 'Meter', isRowHeader: true, render: ({ meter }) => <MeterCell meter={meter} /> },
    { key: 'unit', heading: 'Unit', className: 'nowrap', render: ({ unit }) => unit },
    { key: 'what', heading: 'What is measured', render: ({ description }) => description },
    {
      key: 'cards',
      heading: 'Has a price on',
      render: (meter) => (isPriced(meter) ? <CardsOf meter={meter.meter} cards={cards} /> : 'every card'),
    },
  ];
  return (
    <section className="card" aria-labelledby="meters">
      <div className="card-head">
        <h2 id="meters">Meters</h2>
        {onSet === undefined ? null : (
          <button type="button" className="button" onClick={() => setCreating(true)}>
            Add a meter
          </button>
        )}
      </div>
      <Answer of={meters} label="Loading the meters">
        {(data) => (
          <DataTable
            caption="Meters"
            columns={columns}
            rows={[...data.meters.filter(isPriced), ...data.meters.filter((meter) => !isPriced(meter))]}
            rowKey={({ meter }) => meter}
          />
        )}
      </Answer>
      {isCreating ? <CreateMeter onCreated={(meter) => onSet?.({ meter })} onClose={() => setCreating(false)} /> : null}
    </section>
  );
}

function CardsOf({ meter, cards }: { readonly meter: string; readonly cards: readonly RateCard[] }) {
  const day = today();
  const names = cards
    .filter(({ rates }) => rates.some((rate) => rate.meter === meter && stateOf(rate, day) === 'now'))
    .map(({ name }) => name);
  return names.length === 0 ? <HealthBadge health="watch">No card</HealthBadge> : names.join(', ');
}
