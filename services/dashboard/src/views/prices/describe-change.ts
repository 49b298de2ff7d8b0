import { formatDay } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { describeTerms } from './describe-terms.ts';
import { changeSchema, type OverrideContent, type PriceChange, type RateCard } from './price-schemas.ts';
import { describeDays, lastDayOf } from './validity.ts';

type Cards = readonly Pick<RateCard, 'id' | 'name'>[];

/** What a price change did, in a sentence. A kind that is not known yet keeps its name. */
export function describeChange({ change, meter, accountName, accountOwnerId, ...days }: PriceChange, cards: Cards) {
  const read = changeSchema.safeParse(change);
  if (!read.success) return change.kind;
  const wanted = read.data;
  const of = meter === null ? 'all meters' : meterName(meter);
  const whose = accountName ?? accountOwnerId ?? 'an account';
  switch (wanted.kind) {
    case 'set_rate': {
      const terms = describeTerms(meter ?? '', wanted).join(', ');
      const card = nameOf(cards, wanted.rateCardId);
      return `${of}: ${terms} ${describeDays(days.firstDay, days.endDay)}, on the card ${card}`;
    }
    case 'withdraw_rate':
      return `${of}: the price ${describeDays(days.firstDay, days.endDay)} is withdrawn`;
    case 'set_override':
      return `${describeContent(wanted.override, cards)} for ${whose}, ${describeDays(days.firstDay, days.endDay)}`;
    case 'end_override':
      return `What ${whose} has of its own for ${of} ends on ${formatDay(lastDayOf(wanted.validTo))}`;
    case 'withdraw_override':
      return `What ${whose} had of its own for ${of} is withdrawn`;
  }
}

/** What an account has of its own: `12.5% off CPU`. */
export function describeContent(content: OverrideContent, cards: Cards): string {
  switch (content.kind) {
    case 'price':
      return `Own price of ${meterName(content.meter)}: ${describeTerms(content.meter, content).join(', ')}`;
    case 'discount':
      return `${content.discountPercent}% off ${content.meter === null ? 'all meters' : meterName(content.meter)}`;
    case 'card':
      return `The card ${nameOf(cards, content.rateCardId)}`;
  }
}

function nameOf(cards: Cards, id: string): string {
  return cards.find((card) => card.id === id)?.name ?? id;
}
