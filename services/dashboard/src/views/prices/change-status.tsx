import { HealthBadge } from '../../parts/health-badge.tsx';
import type { PriceChange } from './price-schemas.ts';

/** Whether recorded usage has its new price. */
export function ChangeStatus({ status }: Pick<PriceChange, 'status'>) {
  return status === 'applied' ? (
    <HealthBadge health="good">Applied</HealthBadge>
  ) : (
    <HealthBadge health="watch">Being applied</HealthBadge>
  );
}
