import { useState } from 'react';
import { today } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { AccountField } from '../../parts/account-field.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { ChangePrices } from './change-prices.tsx';
import { ALL_METERS, changeOf, draftTerms, isComplete, type PriceDraft } from './price-draft.ts';
import type { RateCard } from './price-schemas.ts';
import { TermsFields } from './terms-fields.tsx';

const WHOM = [
  { value: 'card', text: 'All accounts on a rate card' },
  { value: 'account', text: 'One account' },
] as const;

const WHAT = [
  { value: 'price', text: 'A price of its own' },
  { value: 'discount', text: 'A discount' },
  { value: 'card', text: 'Another rate card' },
] as const;

const NO_TERMS = { price: '', priceQuantity: '1', model: 'flat', tiers: null, includedQuantity: '' } as const;

export type SetPriceProps = {
  readonly cards: readonly RateCard[];
  readonly meters: readonly string[];
  /** What is filled in already. */
  readonly from: Partial<PriceDraft>;
  readonly onClose: () => void;
};

/** Sets a price, a discount or a card, for all accounts of a card or for one. */
export function SetPrice({ cards, meters, from, onClose }: SetPriceProps) {
  const [draft, setDraft] = useState<PriceDraft>({
    whom: 'card',
    rateCardId: cards[0]?.id ?? '',
    account: '',
    what: 'price',
    meter: meters[0] ?? '',
    ...draftTerms(NO_TERMS),
    percent: '',
    otherCardId: cards.find(({ isDefault }) => !isDefault)?.id ?? '',
    firstDay: today(),
    lastDay: '',
    ...from,
  });
  const change = (changes: Partial<PriceDraft>): void =>
    setDraft((before) => {
      const next = { ...before, ...changes };
      const isDiscount = next.whom === 'account' && next.what === 'discount';
      return isDiscount || next.meter !== ALL_METERS ? next : { ...next, meter: meters[0] ?? '' };
    });
  const { whom, what, meter, rateCardId, otherCardId, account, percent, firstDay, lastDay } = draft;
  const isDiscount = whom === 'account' && what === 'discount';
  const isCard = whom === 'account' && what === 'card';
  const cardOptions = cards.map(({ id, name }) => ({ value: id, text: name }));
  const meterOptions = meters.map((each) => ({ value: each, text: meterText(each) }));
  return (
    <ChangePrices
      title="Change a price"
      submit="Apply the change"
      isIncomplete={!isComplete(draft)}
      change={() => changeOf(draft)}
      onClose={onClose}
    >
      {(errorOf) => (
        <>
          <SelectField label="For" isRequired options={WHOM} value={whom} onChange={(next) => change({ whom: next })} />
          {whom === 'card' ? (
            <SelectField
              label="Rate card"
              isRequired
              options={cardOptions}
              value={rateCardId}
              onChange={(next) => change({ rateCardId: next })}
              error={errorOf('rateCardId')}
            />
          ) : (
            <>
              <AccountField
                value={account}
                onChange={(next) => change({ account: next })}
                error={errorOf('accountOwnerId')}
              />
              <SelectField
                label="What it gets"
                isRequired
                options={WHAT}
                value={what}
                onChange={(next) => change({ what: next })}
              />
            </>
          )}
          {isCard ? (
            <SelectField
              label="Rate card"
              isRequired
              options={cardOptions}
              value={otherCardId}
              onChange={(next) => change({ otherCardId: next })}
              error={errorOf('override/rateCardId')}
            />
          ) : (
            <SelectField
              label="Meter"
              isRequired
              options={isDiscount ? [{ value: ALL_METERS, text: 'All meters' }, ...meterOptions] : meterOptions}
              value={meter}
              onChange={(next) => change({ meter: next })}
              error={errorOf(whom === 'card' ? 'meter' : 'override/meter')}
            />
          )}
          {isDiscount ? (
            <TextField
              label="Discount in percent"
              kind="decimal"
              isRequired
              placeholder="12.5"
              hint="Off the prices of its card."
              value={percent}
              onChange={(next) => change({ percent: next })}
              error={errorOf('override/discountPercent')}
            />
          ) : null}
          {isDiscount || isCard ? null : (
            <TermsFields
              draft={draft}
              onChange={change}
              errorOf={whom === 'card' ? errorOf : (field) => errorOf(`override/${field}`)}
            />
          )}
          <div className="form-row">
            <TextField
              label="First day"
              kind="date"
              isRequired
              hint="A usage day (UTC). Past days are re-rated."
              value={firstDay}
              onChange={(next) => change({ firstDay: next })}
              error={errorOf('validFrom')}
            />
            {whom === 'card' ? null : (
              <TextField
                label="Last day"
                kind="date"
                hint="Leave empty for no end."
                value={lastDay}
                onChange={(next) => change({ lastDay: next })}
                error={errorOf('validTo')}
              />
            )}
          </div>
        </>
      )}
    </ChangePrices>
  );
}

function meterText(meter: string): string {
  const name = meterName(meter);
  return name === meter ? meter : `${name} (${meter})`;
}
