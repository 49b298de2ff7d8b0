import { formatCount } from '../../format/quantity.ts';
import { type Health, HealthBadge } from '../../parts/health-badge.tsx';

const HOUR_MS = 3_600_000;

/** A collector reports an hour within minutes of its end, so an hour and what it takes is usual. */
const USUAL_HOURS = 2;

/** From then on an hour is missing. */
const LATE_HOURS = 3;

/** How far a cluster is behind: how long ago the usage ended that it reported last. */
export function Lag({ reportedUntil }: { readonly reportedUntil: string | null }) {
  if (reportedUntil === null) return <span className="quiet">–</span>;
  const hours = Math.max(0, (Date.now() - Date.parse(reportedUntil)) / HOUR_MS);
  const health: Health = hours < USUAL_HOURS ? 'good' : hours < LATE_HOURS ? 'watch' : 'bad';
  return <HealthBadge health={health}>{formatLag(hours)}</HealthBadge>;
}

function formatLag(hours: number): string {
  if (hours < 1) return `${Math.floor(hours * 60)} min`;
  return hours < 48 ? `${Math.floor(hours)} h` : `${formatCount(Math.floor(hours / 24))} days`;
}
