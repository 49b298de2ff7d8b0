import type { UsageEvent } from '@hopsmeter/usage';

/** The text as Postgres can hold it: NUL and half surrogate pairs, which `text` or `jsonb` refuse, become U+FFFD. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** The event with all its texts storable. Only for showing it: its identity and content are those of the original. */
export function toStorableEvent(event: UsageEvent): UsageEvent {
  const optional = (text: string | undefined) => (text === undefined ? undefined : toStorableText(text));
  return {
    ...event,
    id: toStorableText(event.id),
    sourcePath: toStorableText(event.sourcePath),
    subject: optional(event.subject),
    namespace: optional(event.namespace),
    gpuModel: optional(event.gpuModel),
    usages: event.usages.map(({ meter, quantity }) => ({ meter: toStorableText(meter), quantity })),
  };
}
