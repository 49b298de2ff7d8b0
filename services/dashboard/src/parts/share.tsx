import { parseDecimal, perMille } from '../format/decimal.ts';
import { formatShare } from '../format/quantity.ts';

/** How much of the whole a part is, as a bar and in percent. */
export function Share({ part, whole }: { readonly part: string; readonly whole: string }) {
  const text = formatShare(part, whole);
  if (text === undefined) return <span className="share">–</span>;
  const share = perMille(parseDecimal(part), parseDecimal(whole)) ?? 0;
  return (
    <span className="share">
      <svg className="share-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="share-track" width="1000" height="8" />
        <rect className="share-fill" width={Math.min(1_000, Math.max(0, share))} height="8" />
      </svg>
      <span className="number">{text}</span>
    </span>
  );
}
