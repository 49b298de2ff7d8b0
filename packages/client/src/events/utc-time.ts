import { ClientError } from '../client-error.ts';

const RFC_3339 = /^([\d-]{10})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-][\d:]{5}))$/;

/**
 * Writes a moment as RFC 3339 in UTC, with microseconds only where there are any: the same moment is the same text, so
 * that it makes the same id, whatever offset it was given with.
 *
 * @throws ClientError INVALID_EVENT when it is no moment.
 */
export function formatUtc(moment: Date | string, field: string): string {
  if (moment instanceof Date) {
    if (Number.isNaN(moment.getTime())) throw noMoment(field, 'Invalid Date');
    return formatUtc(moment.toISOString(), field);
  }
  const match = RFC_3339.exec(moment);
  if (match === null) throw noMoment(field, moment);
  const [, day = '', hours, minutes, seconds, fraction = '', offset = 'Z'] = match;
  // A day that does not exist is the next month's to Date.
  if (new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) !== true) throw noMoment(field, moment);
  const at = new Date(`${day}T${hours}:${minutes}:${seconds}${offset}`);
  if (Number.isNaN(at.getTime())) throw noMoment(field, moment);
  const utc = at.toISOString().slice(0, 19);
  // Ingest keeps microseconds.
  const kept = fraction.slice(0, 6).replace(/0+$/, '');
  if (kept === '') return `${utc}Z`;
  return `${utc}.${kept.padEnd(kept.length > 3 ? 6 : 3, '0')}Z`;
}

function noMoment(field: string, found: string): ClientError {
  return new ClientError('INVALID_EVENT', `${field} must be RFC 3339, such as 2026-11-22T13:00:00Z, not ${found}`);
}
