import type { Window } from '@hopsmeter/client';
import type { CollectedWindow, Source } from '@hopsmeter/sources';
import type { FollowContext } from '../follow-context.ts';
import { hoursOf } from './hour.ts';
import { manifestOf } from './manifests.ts';
import type { Outbox } from './outbox.ts';

/** Rows that a line of the log names; the metrics count all. */
const ROWS_SHOWN_MAX = 20;

/** Collects a window and finishes it. @throws SourceError; then nothing is finished. */
export async function collectWindow(
  source: Source,
  window: Window,
  outbox: Outbox,
  { maker, metrics, logger }: FollowContext,
  signal: AbortSignal,
): Promise<void> {
  const collected = await source.collect(window, signal);
  const { events, quarantined, ignored, notes = [] } = collected;
  await outbox.keep({ kind: 'usage', window, events, manifest: manifestOf(maker, window, events) });
  metrics.noteCollected(source.name, collected, hoursOf(window).length);
  const counts = { source: source.name, ...window, events: events.length, ignored: ignored.length };
  const hint = 'docs/collector.md says what each reason means; the second look may find rows repaired';
  for (const note of notes)
    logger.warn({ source: source.name, ...window, ...note, hint }, 'what the answer says of itself');
  if (quarantined.length === 0) logger.info(counts, 'a window was collected');
  else
    logger.warn({ ...counts, ...describe(quarantined), hint }, 'a window was collected, with rows that are not billed');
}

function describe(rows: CollectedWindow['quarantined']) {
  return { quarantined: rows.length, rows: rows.slice(0, ROWS_SHOWN_MAX) };
}
