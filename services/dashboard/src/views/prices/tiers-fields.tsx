import { TextField } from '../../parts/fields.tsx';
import type { TierDraft } from './price-draft.ts';

/** As many as the api takes. */
const TIERS_MAX = 50;

export type TiersFieldsProps = {
  readonly tiers: readonly TierDraft[];
  readonly onChange: (tiers: readonly TierDraft[]) => void;
  readonly errorOf: (field: string) => string | undefined;
};

/** Tiers, each up to its last unit; the last one has no end. */
export function TiersFields({ tiers, onChange, errorOf }: TiersFieldsProps) {
  const set = (key: number, changes: Partial<TierDraft>): void =>
    onChange(tiers.map((tier) => (tier.key === key ? { ...tier, ...changes } : tier)));
  const add = (): void => {
    const last = tiers.at(-1);
    const key = 1 + Math.max(...tiers.map((tier) => tier.key));
    // The last one gets an end, and the new one goes on from there.
    onChange([...tiers, { key, upTo: '', price: last?.price ?? '' }]);
  };
  return (
    <fieldset className="tiers">
      <legend>Tiers</legend>
      {errorOf('tiers') === undefined ? null : <p className="field-error">{errorOf('tiers')}</p>}
      {tiers.map(({ key, upTo, price }, place) => (
        <div key={key} className="tier">
          {place === tiers.length - 1 ? (
            <p className="tier-end">{place === 0 ? 'All units' : 'All beyond'}</p>
          ) : (
            <TextField
              label={`Tier ${place + 1}: up to unit`}
              kind="decimal"
              isRequired
              placeholder="1000"
              value={upTo}
              onChange={(next) => set(key, { upTo: next })}
              error={errorOf(`tiers/${place}/upTo`)}
            />
          )}
          <TextField
            label={`Tier ${place + 1}: price (USD)`}
            kind="decimal"
            isRequired
            placeholder="0.35"
            value={price}
            onChange={(next) => set(key, { price: next })}
            error={errorOf(`tiers/${place}/price`)}
          />
          {tiers.length === 1 ? null : (
            <button
              type="button"
              className="button button-quiet"
              aria-label={`Remove tier ${place + 1}`}
              onClick={() => onChange(tiers.filter((tier) => tier.key !== key))}
            >
              Remove
            </button>
          )}
        </div>
      ))}
      {tiers.length < TIERS_MAX ? (
        <p>
          <button type="button" className="button" onClick={add}>
            Add a tier
          </button>
        </p>
      ) : null}
    </fieldset>
  );
}
