import { formatQuantity, formatTime, type UsageEvent } from '@hopsmeter/usage';

/** A parked event as JSON text: everything that counting it later needs, in words a person reads. */
export function describeEvent(event: UsageEvent): string {
  const { id, sourcePath, type, subject, namespace, gpuModel, start, end, usages } = event;
  return JSON.stringify({
    id,
    sourcePath,
    type,
    subject,
    namespace,
    gpuModel,
    start: formatTime(start),
    end: formatTime(end),
    usages: usages.map(({ meter, quantity }) => ({ meter, quantity: formatQuantity(quantity) })),
  });
}
