import type { Reach } from '../source.ts';
import { findKnownSince } from './known-since.ts';
import type { PrometheusClient } from './prometheus-client.ts';

/**
 * How far back a Prometheus can be asked, by its clock where it tells the time.
 *
 * @throws SourceError
 */
export async function readPrometheusReach(
  prometheus: PrometheusClient,
  now: () => number,
  signal: AbortSignal,
): Promise<Reach> {
  const at = (await prometheus.at('time()', now(), signal)).serverTime ?? now();
  const ask = async (query: string) => (await prometheus.at(query, at, signal)).series;
  return { hours: await findKnownSince(ask, at), days: undefined };
}
