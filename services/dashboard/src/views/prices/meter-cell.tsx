import { meterName } from '../../format/quantity.ts';

/** A meter: what people call it, and its name in events. */
export function MeterCell({ meter }: { readonly meter: string }) {
  const name = meterName(meter);
  return (
    <div className="meter-cell">
      {name === meter ? null : <div>{name}</div>}
      <span className={name === meter ? 'fixed' : 'fixed quiet'}>{meter}</span>
    </div>
  );
}
