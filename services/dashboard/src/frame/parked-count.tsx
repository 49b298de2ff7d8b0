import { usePipeline } from '../api/use-pipeline.ts';
import { formatCount } from '../format/quantity.ts';

/** How many events wait, beside the entry of their view; nothing when none does. */
export function ParkedCount() {
  const { data } = usePipeline();
  if (data === undefined || data.parkedPending === 0) return null;
  return (
    <span className="count">
      {formatCount(data.parkedPending)}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}
