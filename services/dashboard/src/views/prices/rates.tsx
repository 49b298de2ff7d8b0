import { useState } from 'react';
import { useQuery } from '../../address/use-query.ts';
import { exactMoney } from '../../format/money.ts';
import { SelectField } from '../../parts/fields.tsx';
import { Segments } from '../../parts/segments.tsx';
import { CreateRateCard } from './create-rate-card.tsx';
import type { OnSet } from './price-draft.ts';
import type { Meter, RateCard } from './price-schemas.ts';
import { RatesTable } from './rates-table.tsx';

const DAYS = [
  { value: 'current', text: 'Now and upcoming' },
  { value: 'all', text: 'With past ones' },
] as const;

export type RatesProps = {
  readonly cards: readonly RateCard[];
  readonly meters: readonly Meter[];
  /** Undefined for those who may only look. */
  readonly onSet: OnSet | undefined;
};

/** The rates of a card. */
export function Rates({ cards, meters, onSet }: RatesProps) {
  const [query, setQuery] = useQuery();
  const [isCreating, setCreating] = useState(false);
  const card = cards.find(({ id }) => id === query.get('card')) ?? cards[0];
  const days = DAYS.find(({ value }) => value === query.get('days'))?.value ?? 'current';
  if (card === undefined) return null;
  return (
    <section className="card" aria-labelledby="rates">
      <div className="card-head">
        <div>
          <h2 id="rates">Rate card {card.name}</h2>
          <p className="figure-note">
            {card.isDefault ? 'of every account without a card of its own' : 'of the accounts that were put on it'}; one
            credit is {exactMoney(card.creditUsd)}
          </p>
        </div>
        <div className="rates-tools">
          {cards.length === 1 ? null : (
            <SelectField
              label="Show the card"
              isRequired
              options={cards.map(({ id, name }) => ({ value: id, text: name }))}
              value={card.id}
              onChange={(id) => setQuery({ card: id })}
            />
          )}
          <Segments
            label="Which days"
            options={DAYS}
            value={days}
            onChange={(next) => setQuery({ days: next === 'current' ? '' : next })}
          />
          {onSet === undefined ? null : (
            <button type="button" className="button" onClick={() => setCreating(true)}>
              Add a rate card
            </button>
          )}
        </div>
      </div>
      <RatesTable card={card} meters={meters} hasPast={days === 'all'} onSet={onSet} />
      {isCreating ? (
        <CreateRateCard onCreated={(id) => setQuery({ card: id })} onClose={() => setCreating(false)} />
      ) : null}
    </section>
  );
}
