import type { Window } from '@hopsmeter/client';
import type { CollectedWindow, Source } from '@hopsmeter/sources';
import type { FollowContext } from '../follow-context.ts';
import { hoursOf } from './hour.ts';
import { manifestOf } from './manifests.ts';
import type { Outbox } from './outbox.ts';

/** Rows that a line of the log names; the metrics count all. */
const ROWS_SHOWN_MAX = 20;

/**
 * Collects a window and finishes it.
 *
 * @param hoursBehind - hours that are due, this window's among them; for the log, where it is progress.
 * @throws SourceError; then nothing is finished.
 */
export async function collectWindow(
  source: Source,
  window: Window,
  hoursBehind: number,
  outbox: Outbox,
  { maker, metrics, logger }: FollowContext,
  signal: AbortSignal,
): Promise<void> {
  const collected = await source.collect(window, signal);
  const { events, quarantined, ignored, notes = [] } = collected;
  await outbox.keep({ kind: 'usage', window, events, manifest: manifestOf(maker, window, events) });
  const hours = hoursOf(window).length;
  metrics.noteCollected(source.name, collected, hours);
  const left = hoursBehind - hours;
  const counts = { source: source.name, ...window, events: events.length, ignored: ignored.length, hoursLeft: left };
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
