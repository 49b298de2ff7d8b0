import { formatCount } from '../../format/quantity.ts';
import { HealthBadge } from '../../parts/health-badge.tsx';
import type { Reconciliation } from './reconciliation-schemas.ts';

type Status = Pick<
  Reconciliation,
  'status' | 'checkedDays' | 'dayCount' | 'differingRows' | 'statementDifferenceCount'
>;

/** What a comparison found, or how far it is. */
export function ReconciliationStatus({ of }: { readonly of: Status }) {
  const { status, checkedDays, dayCount, differingRows, statementDifferenceCount } = of;
  if (differingRows !== '0') return <HealthBadge health="bad">Rows differ</HealthBadge>;
  if ((statementDifferenceCount ?? 0) > 0) return <HealthBadge health="bad">Statements differ</HealthBadge>;
  switch (status) {
    case 'waiting':
      return <HealthBadge health="unknown">Waiting for a worker</HealthBadge>;
    case 'running':
      return (
        <HealthBadge health="unknown">
          {formatCount(checkedDays)} of {formatCount(dayCount)} days done
        </HealthBadge>
      );
    case 'done':
      return <HealthBadge health="good">The same</HealthBadge>;
  }
}
