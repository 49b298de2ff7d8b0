import type { Window } from '@hopsmeter/client';
import { SourceError } from '../source-error.ts';
import type { PrometheusClient } from './prometheus-client.ts';

/** After that no sample of a window comes any more that was not there. */
const LATE_MAX_MS = 3 * 3_600_000;

/**
 * Why a metric that is always there has no sample of a window. That never means that nothing was used. It can come as
 * long as the window is young, or while the metric is missing now too, because then somebody has to repair something;
 * else the window is lost.
 *
 * @param selector of the metric. @param now of Prometheus.
 */
export async function explainEmpty(
  prometheus: PrometheusClient,
  selector: string,
  { start, end }: Window,
  now: number,
  signal: AbortSignal,
): Promise<SourceError> {
  const isOld = Date.parse(end) + LATE_MAX_MS < now;
  if (isOld && (await prometheus.at(`count(${selector})`, now, signal)).series.length > 0)
    return new SourceError('NOT_KNOWN', `Prometheus has ${selector} now, and no sample of it from ${start} to ${end}`);
  return new SourceError(
    'ANSWER_FAILED',
    `Prometheus has no sample of ${selector} from ${start} to ${end}: see whether it is scraped`,
  );
}
