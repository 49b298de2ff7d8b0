import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type MappedAllocations, mapAllocations } from '@hopsmeter/opencost';
import { MICROS_PER_HOUR, type Micros, parseTime } from '@hopsmeter/usage';
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
export type CollectedHour = MappedAllocations & { readonly start: Micros };

/**
 * The last two full hours of the European cluster as OpenCost answered for them: one as it should, one with rows that
 * no bill may be built on. Of their namespaces nothing else is reported for these hours.
 */
export function collectSamples(end: Micros): readonly CollectedHour[] {
  return [collect(SAMPLES.healthy, end - 2 * MICROS_PER_HOUR), collect(SAMPLES.nasty, end - MICROS_PER_HOUR)];
}

function collect(file: string, start: Micros): CollectedHour {
  const path = createRequire(import.meta.url).resolve(`@hopsmeter/opencost/test-data/${file}`);
  const shifted = readFileSync(path, 'utf8').replace(SAMPLE_TIME, (time) =>
    formatHour((parseTime(time) ?? 0) - SAMPLE_HOUR + start),
  );
  const context = { clusterId: EU.id, clusterName: CLUSTER_NAME, window: hourWindow(start) };
  return { start, ...mapAllocations(JSON.parse(shifted), context) };
}
