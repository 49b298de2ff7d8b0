import type { HttpApp } from '@hopsmeter/runtime';
import { addListEvents, type EventsDeps } from './list-events.ts';
import { addReadReceipt } from './read-receipt.ts';

/** Walking down from totals to events, and the receipt of one. */
export function addEvents(scope: HttpApp, deps: EventsDeps): void {
  addListEvents(scope, deps);
  addReadReceipt(scope, deps);
}
