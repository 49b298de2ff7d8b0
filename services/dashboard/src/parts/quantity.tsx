import { exactQuantity, formatQuantity, formatQuantityAligned, meterUnit } from '../format/quantity.ts';

export type QuantityProps = {
  /** Decimal text. */
  readonly quantity: string;
  /** Whose unit it is in. */
  readonly meter?: string | undefined;
  /** Also shows the unit. */
  readonly hasUnit?: boolean;
  /** Stands in a column below others. */
  readonly isAligned?: boolean;
};

/** A quantity in the reader's way; its title is the exact quantity with its unit. */
export function Quantity({ quantity, meter, hasUnit = false, isAligned = false }: QuantityProps) {
  const unit = meter === undefined ? '' : meterUnit(meter);
  return (
    <>
      <data className="number" value={quantity} title={exactQuantity(quantity, meter)}>
        {isAligned ? formatQuantityAligned(quantity) : formatQuantity(quantity)}
      </data>
      {hasUnit && unit !== '' ? <span className="unit"> {unit}</span> : null}
    </>
  );
}
