import { formatQuantity } from '../../format/quantity.ts';
import { describeUnitPrice } from '../../format/unit-price.ts';
import type { StatementLine } from './statement-schema.ts';

/** The list prices of a line, each with its quantity when there are several. */
export function UnitPrices({ line: { meter, unitPrices } }: { readonly line: StatementLine }) {
  if (unitPrices.length === 0) return '–';
  return unitPrices.map(({ price, priceQuantity, quantity }) => {
    const { text, alias } = describeUnitPrice(meter, price, priceQuantity);
    return (
      <div key={`${price} ${priceQuantity}`}>
        <span className="nowrap">{text}</span>{' '}
        {alias === undefined ? null : (
          <>
            <span className="nowrap">({alias})</span>{' '}
          </>
        )}
        {unitPrices.length === 1 ? null : <span className="quiet nowrap">for {formatQuantity(quantity)}</span>}
      </div>
    );
  });
}
