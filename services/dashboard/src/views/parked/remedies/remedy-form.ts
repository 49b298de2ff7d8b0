import * as z from 'zod/mini';
import type { Lacking } from '../lacking.ts';
import type { ParkedEvent } from '../parked-schemas.ts';

/** What every form of a remedy is given. */
export type RemedyFormProps = {
  readonly event: ParkedEvent;
  readonly lacking: Lacking;
  /** What was done, in a sentence; the events that waited for it are then followed. */
  readonly onDone: (sentence: string) => void;
  readonly onClose: () => void;
};

/** Of what a remedy answers nothing is shown. */
export const doneSchema = z.looseObject({});

/** Asked for again after each: a worker then counts what waited for it. */
export const TOUCHED = ['/v1/parked', '/v1/pipeline'];

/** A moment as a field of the kind `datetime-local` has it, in UTC; the minute in which it is. */
export function toField(time: string | undefined): string {
  return time?.slice(0, 16) ?? '';
}

/** What such a field says, as the api takes it; undefined when it is empty. */
export function toMoment(field: string): string | undefined {
  return field === '' ? undefined : `${field}:00Z`;
}
