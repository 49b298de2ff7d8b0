import type { ApiProblem } from '../../api/api-problem.ts';
import { formatCount } from '../../format/quantity.ts';
import { Problem } from '../../parts/problem.tsx';
import type { RetryProgress } from './use-retry.ts';

export type RetryStatusProps = { readonly progress: RetryProgress | undefined; readonly problem: ApiProblem | null };

/** Tells how a retry goes, also to screen readers. */
export function RetryStatus({ progress, problem }: RetryStatusProps) {
  return (
    <>
      {problem === null ? null : <Problem problem={problem} />}
      <p role="status" className={progress === undefined ? 'visually-hidden' : `retry retry-${toneOf(progress)}`}>
        {progress === undefined ? '' : describe(progress)}
      </p>
    </>
  );
}

/** Only what helped is shown as a success. */
function toneOf({ state, before, now }: RetryProgress): string {
  return state === 'done' && now < before ? 'helped' : state;
}

function describe({ state, retrying, before, now }: RetryProgress): string {
  if (retrying === 0) return 'There was nothing left to retry.';
  const events = retrying === 1 ? '1 event' : `${formatCount(retrying)} events`;
  if (state === 'trying') return `Retrying ${events}…`;
  if (state === 'slow') return `${events} will be retried, but no worker has done so yet. See the overview.`;
  if (now >= before) return `Retried ${events}: none could be counted, for the reasons below.`;
  return `Retried ${events}: ${formatCount(before)} waited before, ${now === 0 ? 'none' : formatCount(now)} now.`;
}
