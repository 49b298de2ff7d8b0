import { isAbsolute, relative } from 'node:path';

export type ExampleContext = {
  readonly ingestUrl: string;
  readonly apiUrl: string;
  /** Where the api's key comes from: a file, or `undefined` for the variable SUPABASE_SERVICE_ROLE_KEY. */
  readonly serviceRoleKeyPath: string | undefined;
  /** Where the shell is. */
  readonly cwd: string;
  /** `2026-11` */
  readonly month: string;
  /** What to post; `undefined` without the demo: then there is no key that we know. */
  readonly demo:
    | {
        readonly keyPath: string;
        readonly clusterId: string;
        readonly namespace: string;
        readonly accountOwnerId: string;
        readonly window: { readonly start: string; readonly end: string };
      }
    | undefined;
};

/** Commands to copy: one that posts an event, one that reads a total. Keys stay in their files. */
export function formatExamples({ ingestUrl, apiUrl, serviceRoleKeyPath, cwd, month, demo }: ExampleContext): {
  readonly post: readonly string[];
  readonly read: readonly string[];
} {
  const apiKey =
    serviceRoleKeyPath === undefined ? '$SUPABASE_SERVICE_ROLE_KEY' : readFromFile(serviceRoleKeyPath, cwd);
  const path =
    demo === undefined
      ? `/v1/accounts?month=${month}`
      : `/v1/accounts/${encodeURIComponent(demo.accountOwnerId)}/totals` +
        `?from=${month}-01&to=${dayAfter(month)}&groupBy=user`;
  const read = [`curl -s '${apiUrl}${path}' \\`, `  -H "Authorization: Bearer ${apiKey}"`];
  if (demo === undefined) return { post: [], read };
  const event = {
    specversion: '1.0',
    id: 'my-first-event',
    source: `urn:hopsworks:cluster:${demo.clusterId}`,
    type: 'ai.hopsworks.usage.compute.v1',
    data: { namespace: demo.namespace, window: demo.window, cpuCoreHours: 10, gpuHours: 0, ramByteHours: 0 },
  };
  return {
    post: [
      `curl -s '${ingestUrl}/api/v1/events' \\`,
      `  -H "Authorization: Bearer ${readFromFile(demo.keyPath, cwd)}" \\`,
      `  -H 'Content-Type: application/cloudevents+json' \\`,
      `  -d '${JSON.stringify(event)}'`,
    ],
    read,
  };
}

function readFromFile(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  const short = fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
  // Inside $( ) quotes begin anew, so a path with a space may have its own.
  return `$(cat ${/^[\w./-]+$/.test(short) ? short : `'${short.replaceAll("'", `'\\''`)}'`})`;
}

/** The day after a month's last: `2026-12-01` for `2026-11`. */
function dayAfter(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number)).toISOString().slice(0, 10);
}
