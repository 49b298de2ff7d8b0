import './prices.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { Empty } from '../../parts/empty.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ChangeFacts } from './change-facts.tsx';
import { ChangeProgress } from './change-progress.tsx';
import { describeChange } from './describe-change.ts';
import { priceChangeSchema, rateCardsSchema } from './price-schemas.ts';
import { TakeBack } from './take-back.tsx';

/** Parts of a change take a second each. */
const REFETCH_MS = 1_000;

/** A change of prices, and how far its re-rating is: until then it is asked for again and again. */
export function PriceChangeView({ id }: { readonly id: string }) {
  const [isApplied, setApplied] = useState(false);
  const cards = useApi('/v1/rate-cards', {}, rateCardsSchema);
  const answer = useApi(`/v1/price-changes/${encodeURIComponent(id)}`, {}, priceChangeSchema, {
    refetchMs: isApplied ? undefined : REFETCH_MS,
  });
  if (!isApplied && answer.data?.status === 'applied') setApplied(true);
  const up = <Link href={addresses.prices({ look: 'changes' })}>Price changes</Link>;
  if (answer.error?.code === 'NOT_FOUND')
    return (
      <>
        <PageTitle title="Price change" up={up} />
        <Empty title="Price change not found.">There is no price change with this id.</Empty>
      </>
    );
  return (
    <>
      <PageTitle title="Price change" up={up}>
        {answer.data === undefined ? null : <TakeBack change={answer.data} cards={cards.data?.rateCards ?? []} />}
      </PageTitle>
      <Answer of={answer} label="Loading the price change" lines={8}>
        {(change) => (
          <>
            <p className="price-change-text">{describeChange(change, cards.data?.rateCards ?? [])}</p>
            <ChangeProgress change={change} />
            <ChangeFacts change={change} />
          </>
        )}
      </Answer>
    </>
  );
}
