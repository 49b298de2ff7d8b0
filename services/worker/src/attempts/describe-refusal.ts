import { toStorableText, type Unattributed } from '@hopsmeter/usage';

/** Why an event is parked that Postgres refuses: in the words of Postgres, as it can hold them. */
export function describeRefusal(error: unknown): Unattributed {
  return { reason: 'uncountable', detail: toStorableText(error instanceof Error ? error.message : String(error)) };
}
