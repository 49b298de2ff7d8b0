import { useState } from 'react';
import { useMe } from '../../session/use-session.ts';
import { describeChange } from './describe-change.ts';
import type { PriceChange, RateCard } from './price-schemas.ts';
import { EndOverride, WithdrawOverride, WithdrawRate } from './withdraw-price.tsx';

export type TakeBackProps = {
  readonly change: PriceChange;
  readonly cards: readonly RateCard[];
};

/** Takes back what a change made, while it is in force; what takes something back is itself a change. */
export function TakeBack({ change, cards }: TakeBackProps) {
  const { isAdmin } = useMe();
  const [how, setHow] = useState<'withdraw' | 'end'>();
  const { rateId, overrideId } = change;
  if (!isAdmin || (rateId === null && overrideId === null)) return null;
  const common = { text: describeChange(change, cards), onClose: () => setHow(undefined) };
  return (
    <>
      {overrideId === null ? null : (
        <button type="button" className="button" onClick={() => setHow('end')}>
          End it
        </button>
      )}
      <button type="button" className="button button-danger" onClick={() => setHow('withdraw')}>
        Withdraw
      </button>
      {how === 'withdraw' && rateId !== null ? <WithdrawRate rateId={rateId} {...common} /> : null}
      {how === 'withdraw' && overrideId !== null ? <WithdrawOverride overrideId={overrideId} {...common} /> : null}
      {how === 'end' && overrideId !== null ? <EndOverride overrideId={overrideId} {...common} /> : null}
    </>
  );
}
