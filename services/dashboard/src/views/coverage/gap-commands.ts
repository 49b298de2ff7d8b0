import type { Gap } from './gaps.ts';

const MANIFEST_TYPE = 'ai.hopsworks.usage.manifest.v1';

/** Sends the hours again, where the sources still know them. Events that were sent before do not count again. */
export function collectCommand({ from, to }: Pick<Gap, 'from' | 'to'>): string {
  return `kubectl -n hopsmeter exec deploy/hopsmeter-collector -- \\
  node packages/cli/dist/main.js collect --from ${from} --to ${to}`;
}

export const DOCTOR_COMMAND = `kubectl -n hopsmeter exec deploy/hopsmeter-collector -- \\
  node packages/cli/dist/main.js doctor`;

/** Says with the cluster's key that nothing was used: a manifest of the whole time, with no events. */
export function nothingUsedCommand(gap: Gap, ingestUrl: string): string {
  const event = {
    specversion: '1.0',
    id: `nothing-used/${gap.from}/${gap.to}`,
    source: `urn:hopsworks:cluster:${gap.clusterId}${gap.sourcePath ?? ''}`,
    type: MANIFEST_TYPE,
    time: gap.to,
    data: { window: { start: gap.from, end: gap.to }, eventCount: 0 },
  };
  return `curl -s ${ingestUrl}/api/v1/events \\
  -H 'Authorization: Bearer YOUR-KEY' \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '${JSON.stringify(event)}'`;
}
