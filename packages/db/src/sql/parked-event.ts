import type { ParkedEventField } from '@hopsmeter/usage';

/**
 * SQL that reads a field of `parked_events.event`; NULL where the event has none. The form is that of
 * `writeParkedEvent`, and a field that it does not write is a mistake of types.
 */
export function parkedText(field: ParkedEventField): string {
  return `event ->> '${field}'`;
}

/** As {@link parkedText}, of a time. */
export function parkedInstant(field: ParkedEventField): string {
  return `(${parkedText(field)})::timestamptz`;
}

/** As {@link parkedText}, of a list or an object. */
export function parkedJson(field: ParkedEventField): string {
  return `event -> '${field}'`;
}
