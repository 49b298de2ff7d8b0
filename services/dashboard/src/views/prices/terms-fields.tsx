import { SelectField, TextField } from '../../parts/fields.tsx';
import { hasTiers, type PriceDraft } from './price-draft.ts';
import { TiersFields } from './tiers-fields.tsx';

const MODELS = [
  { value: 'flat', text: 'Flat: each unit costs the same' },
  { value: 'graduated', text: 'Graduated: each unit costs the price of its tier' },
  { value: 'volume', text: 'Volume: all units cost the price of the tier that the month reaches' },
  { value: 'package', text: 'Package: every started package is charged in full' },
] as const;

export type TermsFieldsProps = {
  readonly draft: PriceDraft;
  readonly onChange: (changes: Partial<PriceDraft>) => void;
  readonly errorOf: (field: string) => string | undefined;
};

/** What a meter costs: a price or tiers, for how many units, and what is included. */
export function TermsFields({ draft, onChange, errorOf }: TermsFieldsProps) {
  const { model, price, priceQuantity, tiers, includedQuantity } = draft;
  return (
    <>
      <SelectField
        label="Price model"
        isRequired
        options={MODELS}
        value={model}
        onChange={(next) => onChange({ model: next })}
        error={errorOf('model')}
      />
      {hasTiers(model) ? (
        <TiersFields tiers={tiers} onChange={(next) => onChange({ tiers: next })} errorOf={errorOf} />
      ) : null}
      <div className="terms-row">
        {hasTiers(model) ? null : (
          <TextField
            label={model === 'package' ? 'Price of a package (USD)' : 'Price (USD)'}
            kind="decimal"
            isRequired
            placeholder="0.35"
            value={price}
            onChange={(next) => onChange({ price: next })}
            error={errorOf('price')}
          />
        )}
        <TextField
          label={model === 'package' ? 'Units of a package' : 'Per how many units'}
          kind="decimal"
          isRequired
          hint={model === 'package' ? undefined : '720 GB-hours are a GB-month.'}
          placeholder="1"
          value={priceQuantity}
          onChange={(next) => onChange({ priceQuantity: next })}
          error={errorOf('priceQuantity')}
        />
        <TextField
          label="Included units"
          kind="decimal"
          hint="Free each month, for the whole account."
          placeholder="0"
          value={includedQuantity}
          onChange={(next) => onChange({ includedQuantity: next })}
          error={errorOf('includedQuantity')}
        />
      </div>
    </>
  );
}
