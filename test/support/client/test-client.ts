import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { assembleClient, type ClientInternals } from '../../../packages/client/src/assemble-client.ts';
import type { Client } from '../../../packages/client/src/client.ts';
import type { ClientOptions } from '../../../packages/client/src/client-options.ts';
import type { ClientProblem } from '../../../packages/client/src/client-problem.ts';
import type { CloudEvent } from '../../../packages/client/src/events/event-types.ts';
import type { Refusal } from '../../../packages/client/src/refusal.ts';
import { startTestServer, type TestServer } from './test-server.ts';

export const CLUSTER = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';

export function eventOf(id: string, data: Readonly<Record<string, unknown>> = {}): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `urn:hopsworks:cluster:${CLUSTER}`,
    type: 'ai.hopsworks.usage.meter.v1',
    time: '2026-11-22T13:00:00Z',
    data: { meter: 'model_calls', quantity: 1, namespace: 'ns', ...data },
  };
}

export function eventsOf(count: number, prefix = 'e'): CloudEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf(`${prefix}-${index}`));
}

export type TestClient = Client<CloudEvent> & { readonly refusals: Refusal[]; readonly problems: ClientProblem[] };

/** A client whose waits are short and that is closed after the test. */
export async function startTestClient(
  options: Partial<ClientOptions> & Pick<ClientOptions, 'url'>,
  internals: Partial<ClientInternals> = {},
): Promise<TestClient> {
  const refusals: Refusal[] = [];
  const problems: ClientProblem[] = [];
  const client = await assembleClient<CloudEvent>(
    {
      key: 'secret',
      clusterId: CLUSTER,
      closeTimeoutMs: 200,
      onRefused: (refused) => refusals.push(...refused),
      onProblem: (problem) => problems.push(problem),
      ...options,
    },
    { waitScale: 0.01, sync: (file) => file.datasync(), ...internals },
  );
  onTestFinished(() => client.close());
  return { ...client, refusals, problems };
}

export async function startServer(): Promise<TestServer> {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  return server;
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits for what comes to hold, however slow the machine is. */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 50_000, interval: 20 });
}
