import type { EventMaker, UsageEvent, Window } from '@hopsmeter/client';
import { type Hour, hourWindow } from './hour.ts';

/** What is sent when a window is finished, so that the coverage shows what did not come. */
export function manifestOf(maker: EventMaker, window: Window, events: readonly UsageEvent[]): UsageEvent {
  return maker.manifest({ window, eventCount: events.length });
}

/** What is sent after a second look that found more. */
export function recheckManifestOf(maker: EventMaker, window: Window, added: readonly UsageEvent[]): UsageEvent {
  return maker.manifest({ window, eventCount: added.length, part: 'recheck' });
}

/** What is sent of an hour that nobody can collect any more: missing, which is not the same as zero. */
export function missingManifestOf(maker: EventMaker, hour: Hour, reason: string): UsageEvent {
  return maker.manifest({ window: hourWindow(hour), eventCount: 0, missing: reason });
}
