import { addDays } from '../../format/date.ts';
import type { Terms } from './price-schemas.ts';

/** No meter has this name. */
export const ALL_METERS = '*';

/** What a person fills in to set a price. Empty texts are fields that are not filled in. */
export type PriceDraft = {
  readonly whom: 'card' | 'account';
  readonly rateCardId: string;
  readonly account: string;
  readonly what: 'price' | 'discount' | 'card';
  /** Of a discount also {@link ALL_METERS}. */
  readonly meter: string;
  readonly model: Terms['model'];
  readonly price: string;
  readonly priceQuantity: string;
  /** The last one has no end. */
  readonly tiers: readonly TierDraft[];
  readonly includedQuantity: string;
  readonly percent: string;
  readonly otherCardId: string;
  readonly firstDay: string;
  /** Inclusive. */
  readonly lastDay: string;
};

/** Opens the form with some of its fields filled in. */
export type OnSet = (from: Partial<PriceDraft>) => void;

/** `key` tells tiers apart while they are added and removed. */
export type TierDraft = { readonly key: number; readonly upTo: string; readonly price: string };

/** The fields of terms as they are kept, to go on from. */
export function draftTerms({ model, price, priceQuantity, tiers, includedQuantity }: Terms) {
  return {
    model,
    price,
    priceQuantity,
    tiers: (tiers ?? NO_TIERS).map((tier, key) => ({ key, upTo: tier.upTo ?? '', price: tier.price })),
    includedQuantity,
  };
}

const NO_TIERS = [{ upTo: '', price: '' }];

/** Whether prices of a model are by tiers. */
export function hasTiers(model: Terms['model']): boolean {
  return model === 'graduated' || model === 'volume';
}

/** The change as `POST /v1/price-changes` takes it. */
export function changeOf(draft: PriceDraft): object {
  const { whom, rateCardId, account, what, meter, percent, otherCardId, firstDay, lastDay } = draft;
  const terms = termsOf(draft);
  if (whom === 'card') return { kind: 'set_rate', rateCardId, meter, validFrom: firstDay, ...terms };
  const common = {
    kind: 'set_override',
    accountOwnerId: account.trim(),
    validFrom: firstDay,
    ...(lastDay === '' ? {} : { validTo: addDays(lastDay, 1) }),
  };
  switch (what) {
    case 'price':
      return { ...common, override: { kind: 'price', meter, ...terms } };
    case 'discount': {
      const of = meter === ALL_METERS ? {} : { meter };
      return { ...common, override: { kind: 'discount', ...of, discountPercent: percent.trim() } };
    }
    case 'card':
      return { ...common, override: { kind: 'card', rateCardId: otherCardId } };
  }
}

/** Whether every field is there that the change needs; what is in them is for the api to judge. */
export function isComplete({
  whom,
  account,
  what,
  meter,
  model,
  price,
  tiers,
  percent,
  ...draft
}: PriceDraft): boolean {
  if (draft.firstDay === '' || (whom === 'account' && account.trim() === '')) return false;
  const kind = whom === 'card' ? 'price' : what;
  if (kind === 'card') return draft.otherCardId !== '';
  if (kind === 'discount') return percent.trim() !== '';
  return meter !== '' && (hasTiers(model) ? tiers.every((tier) => tier.price.trim() !== '') : price.trim() !== '');
}

function termsOf({ model, price, priceQuantity, tiers, includedQuantity }: PriceDraft): object {
  return {
    model,
    ...(hasTiers(model)
      ? {
          tiers: tiers.map((tier, place) =>
            place === tiers.length - 1
              ? { price: tier.price.trim() }
              : { upTo: tier.upTo.trim(), price: tier.price.trim() },
          ),
        }
      : { price: price.trim() }),
    ...given({ priceQuantity, includedQuantity }),
  };
}

function given(fields: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]])),
  );
}
