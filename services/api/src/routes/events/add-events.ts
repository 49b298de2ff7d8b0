import type { HttpApp } from '@hopsmeter/runtime';
import { addCorrectEvent } from './correct-event.ts';
import { addListEvents, type EventsDeps } from './list-events.ts';
import { addReadReceipt } from './read-receipt.ts';

/** Walking down from totals to events, the receipt of one, and its correction. */
export async function addEvents(scope: HttpApp, deps: EventsDeps): Promise<void> {
  addListEvents(scope, deps);
  addReadReceipt(scope, deps);
  await addCorrectEvent(scope, deps.pool);
}
