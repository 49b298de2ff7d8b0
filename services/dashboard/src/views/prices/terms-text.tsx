import { describeTerms } from './describe-terms.ts';
import type { Terms } from './price-schemas.ts';

const MODELS: Readonly<Record<Terms['model'], string | undefined>> = {
  flat: undefined,
  graduated: 'Graduated',
  volume: 'Volume',
  package: 'Package',
};

/** What a meter costs: a line for each tier. */
export function TermsText({ meter, terms }: { readonly meter: string; readonly terms: Terms }) {
  const model = MODELS[terms.model];
  return (
    <>
      {model === undefined ? null : <div className="quiet">{model}</div>}
      {describeTerms(meter, terms).map((text) => (
        <div key={text}>{text}</div>
      ))}
    </>
  );
}
