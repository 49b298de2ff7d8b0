import './prices.css';
import { useState } from 'react';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Segments } from '../../parts/segments.tsx';
import { useMe } from '../../session/use-session.ts';
import { GpuModels } from '../parked/gpu-models.tsx';
import { Changes } from './changes.tsx';
import { Meters } from './meters.tsx';
import { Overrides } from './overrides.tsx';
import type { PriceDraft } from './price-draft.ts';
import { isPriced, metersSchema, rateCardsSchema } from './price-schemas.ts';
import { Rates } from './rates.tsx';
import { SetPrice } from './set-price.tsx';

const LOOKS = [
  { value: 'rates', text: 'Rate cards' },
  { value: 'accounts', text: 'Accounts' },
  { value: 'changes', text: 'Changes' },
  { value: 'meters', text: 'Meters' },
] as const;

/** What usage costs: rates by card, what accounts have of their own, what was changed, and what is measured. */
export function PricesView() {
  const { isAdmin } = useMe();
  const [query, setQuery] = useQuery();
  const [draft, setDraft] = useState<Partial<PriceDraft>>();
  const cards = useApi('/v1/rate-cards', {}, rateCardsSchema);
  const meters = useApi('/v1/meters', {}, metersSchema);
  const account = query.get('account') ?? '';
  const asked = LOOKS.find(({ value }) => value === query.get('look'))?.value;
  const look = asked ?? (account === '' ? 'rates' : 'accounts');
  const known = cards.data?.rateCards ?? [];
  const priced = meters.data?.meters.filter(isPriced) ?? [];
  const onSet = isAdmin ? setDraft : undefined;
  return (
    <>
      <PageTitle title="Prices">
        {isAdmin ? (
          <button
            type="button"
            className="button button-main"
            disabled={known.length === 0 || priced.length === 0}
            onClick={() => setDraft(account === '' ? {} : { whom: 'account', account })}
          >
            Change a price
          </button>
        ) : null}
      </PageTitle>
      <div>
        <Segments
          label="What to show"
          options={LOOKS}
          value={look}
          onChange={(next) => setQuery({ look: next === 'rates' ? '' : next, account: '' })}
        />
      </div>
      <Answer of={cards} label="Loading the rate cards" lines={8}>
        {() => {
          switch (look) {
            case 'rates':
              return <Rates cards={known} meters={priced} onSet={onSet} />;
            case 'accounts':
              return <Overrides cards={known} account={account} onSet={onSet} />;
            case 'changes':
              return <Changes cards={known} />;
            case 'meters':
              return (
                <>
                  <Meters meters={meters} cards={known} onSet={onSet} />
                  <GpuModels waiting={NOTHING} isAdmin={isAdmin} />
                </>
              );
          }
        }}
      </Answer>
      {draft === undefined ? null : (
        <SetPrice
          cards={known}
          meters={priced.map(({ meter }) => meter)}
          from={draft}
          onClose={() => setDraft(undefined)}
        />
      )}
    </>
  );
}

/** Which models parked events wait with is told where those are. */
const NOTHING: readonly string[] = [];
