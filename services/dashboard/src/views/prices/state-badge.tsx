import { HealthBadge } from '../../parts/health-badge.tsx';
import type { ValidityState } from './validity.ts';

/** Whether a price is in force. */
export function StateBadge({ state }: { readonly state: ValidityState }) {
  if (state === 'now') return <HealthBadge health="good">Now</HealthBadge>;
  return <span className="quiet">{state === 'upcoming' ? 'Upcoming' : 'Past'}</span>;
}
