import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { type CollectedWindow, createOpenCostSource } from '@hopsmeter/sources';
import { MICROS_PER_HOUR, MICROS_PER_MS, type Micros, parseTime } from '@hopsmeter/usage';
import { EU } from './demo-people.ts';
import { formatHour, hourWindow } from './demo-period.ts';

/** The hour that the samples are about. */
const SAMPLE_HOUR = parseTime('2026-11-22T13:00:00Z') ?? 0;

const SAMPLE_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;

const SAMPLES = {
  healthy: 'opencost-pod-1h.json',
  nasty: 'opencost-pod-1h-nasty.json',
} as const;

/** What the OpenCost of the samples calls its cluster. */
const CLUSTER_NAME = 'eu-west-1';

/** An hour of the demo that was collected from OpenCost. */
export type CollectedHour = CollectedWindow & { readonly start: Micros };

/**
 * The last two full hours of the European cluster, read as a collector reads them from an OpenCost that answers with
 * the samples: one as it should, one with rows that no bill may be built on. Of their namespaces nothing else is
 * reported for these hours.
 */
export async function collectSamples(end: Micros): Promise<readonly CollectedHour[]> {
  const hours = [
    { file: SAMPLES.healthy, start: end - 2 * MICROS_PER_HOUR },
    { file: SAMPLES.nasty, start: end - MICROS_PER_HOUR },
  ];
  const answers = new Map(hours.map(({ file, start }) => [hourWindow(start).start, readSample(file, start)]));
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://opencost');
    const [start = ''] = (searchParams.get('window') ?? '').split(',');
    // A source makes sure that an hour is over for the clock of OpenCost too, and a demo may be of any time.
    response.setHeader('date', new Date((end + MICROS_PER_HOUR) / MICROS_PER_MS).toUTCString());
    response.writeHead(200, { 'content-type': 'application/json' }).end(answers.get(start));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const source = createOpenCostSource({ url: urlOf(server.address()), clusterId: EU.id, clusterName: CLUSTER_NAME });
    const { signal } = new AbortController();
    const collected = hours.map(async ({ start }) => ({ start, ...(await source.collect(hourWindow(start), signal)) }));
    return await Promise.all(collected);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function readSample(file: string, start: Micros): string {
  const path = createRequire(import.meta.url).resolve(`@hopsmeter/opencost/test-data/${file}`);
  return readFileSync(path, 'utf8').replace(SAMPLE_TIME, (time) =>
    formatHour((parseTime(time) ?? 0) - SAMPLE_HOUR + start),
  );
}

function urlOf(address: ReturnType<ReturnType<typeof createServer>['address']>): URL {
  if (typeof address !== 'object' || address === null) throw new Error('the server of the samples has no address');
  return new URL(`http://127.0.0.1:${address.port}`);
}
