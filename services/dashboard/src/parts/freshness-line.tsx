import type { Freshness } from '../api/schemas.ts';
import { Ago } from './day.tsx';

/** Says how fresh numbers are. */
export function FreshnessLine({ freshness }: { readonly freshness: Freshness }) {
  if (freshness.recordedAt === null) return <p className="freshness">No usage has been recorded yet.</p>;
  return (
    <p className="freshness">
      Everything recorded until <Ago time={freshness.recordedAt} /> is in.
    </p>
  );
}
