import type { ReportedEvent, Usage } from './event.ts';
import { formatTime } from './time.ts';

/**
 * A parked event as JSON text: everything that counting it later needs, in words a person reads.
 *
 * @param replacesKey of a correction: the key of the event that it names. Kept beside the name, because texts may have
 *   been made storable.
 */
export function describeEvent(event: ReportedEvent, replacesKey?: string | undefined): string {
  return JSON.stringify(contentOf(event, replacesKey));
}

function contentOf(event: ReportedEvent, replacesKey: string | undefined): object {
  const { id, sourcePath, type } = event;
  switch (event.type) {
    case 'correction': {
      const { replaces, correctedAt, usages, reason } = event;
      const at = formatTime(correctedAt);
      return {
        id,
        sourcePath,
        type,
        replaces,
        replacesKey,
        correctedAt: at,
        usages: usages.map(describeUsage),
        reason,
      };
    }
    case 'manifest': {
      const { start, end, eventCount, sums } = event;
      const byMeter = Object.fromEntries(sums.map(({ meter, quantity }) => [meter, quantity]));
      return { id, sourcePath, type, start: formatTime(start), end: formatTime(end), eventCount, sums: byMeter };
    }
    default: {
      const { subject, namespace, gpuModel, start, end, usages } = event;
      const window = { start: formatTime(start), end: formatTime(end) };
      return { id, sourcePath, type, subject, namespace, gpuModel, ...window, usages: usages.map(describeUsage) };
    }
  }
}

function describeUsage({ meter, quantity }: Usage): object {
  return { meter, quantity };
}
