import type { UsageEvent } from '@hopsmeter/client';

/** Fields of an event's data that are no quantities. */
const NO_QUANTITIES: ReadonlySet<string> = new Set(['namespace', 'window', 'gpuModel']);

/** What a table says of an event: whose it is and what it reports. */
export function describeEvent({ data, subject }: UsageEvent): { readonly what: string; readonly detail: string } {
  const fields = Object.entries(data);
  const textOf = (name: string): readonly string[] =>
    fields.flatMap(([field, value]) => (field === name && typeof value === 'string' ? [value] : []));
  const what = [...textOf('namespace'), ...(subject === undefined ? [] : [subject]), ...textOf('gpuModel')].join(' ');
  const detail = fields
    .filter(([field]) => !NO_QUANTITIES.has(field))
    .map(([field, value]) => `${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
  return { what, detail };
}
