import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { HttpApp } from './http-app.ts';

/** From half a millisecond (a hot single event) to the request timeout. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Gauges that prom-client names like counters; `nodejs_active_handles` and its like say the same, by kind. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/**
 * Creates the metrics of one process. With `withProcess` also memory, CPU, garbage collection and event loop delay;
 * tests leave that out because it watches the whole process.
 */
export function createRegistry({ withProcess }: { readonly withProcess: boolean }): Registry {
  const registry = new Registry();
  if (withProcess) {
    collectDefaultMetrics({ register: registry });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }
  return registry;
}

/** Counts requests by route and status and measures how long they took. Labels are bounded: routes, never addresses. */
export function addHttpMetrics(app: HttpApp, registry: Registry): void {
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['route'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    requests.inc({ method: request.method, route, status: reply.statusCode });
    durations.observe({ route }, reply.elapsedTime / 1_000);
    done();
  });
}
