import type { Registry } from 'prom-client';
import type { HttpApp } from './http-app.ts';

/** What a check says; `detail` is public and must not hold secrets. */
export type HealthResult = { readonly ok: boolean; readonly detail?: string };

/** Asks one thing that the process needs. A check that throws or takes longer than 0.9 s counts as failed. */
export type HealthCheck = () => HealthResult | Promise<HealthResult>;

/** Shorter than the timeouts of common probes (kubelet 1 s by default, often 3 to 5 s). */
const CHECK_TIMEOUT_MS = 900;

/** What probers and scrapers ask. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

export type HealthOptions = {
  readonly registry: Registry;
  readonly checks: Readonly<Record<string, HealthCheck>>;
  readonly isDraining: () => boolean;
};

/**
 * Adds `/livez` (the process answers), `/readyz` (it can do its work; 503 with the reasons when not) and `/metrics`.
 * A failed dependency is no reason to be restarted, so it is in `/readyz` only.
 */
export function addHealthRoutes(app: HttpApp, { registry, checks, isDraining }: HealthOptions): void {
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const named = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const),
    );
    const isReady = !isDraining() && named.every(([, { ok }]) => ok);
    const status = isDraining() ? 'draining' : isReady ? 'ready' : 'not_ready';
    return reply.code(isReady ? 200 : 503).send({ status, checks: Object.fromEntries(named) });
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
}

async function runCheck(check: HealthCheck): Promise<HealthResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthResult>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, { ok: false, detail: 'no answer in time' });
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    // The reason may hold addresses or credentials; the component that failed has logged it.
    return { ok: false, detail: 'the check failed' };
  } finally {
    clearTimeout(timer);
  }
}
