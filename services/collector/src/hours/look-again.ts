import type { Window } from '@hopsmeter/client';
import { compareWindows, type Source } from '@hopsmeter/sources';
import type { FollowContext } from '../follow-context.ts';
import { parseHour } from './hour.ts';
import type { Journal } from './journal.ts';
import { recheckManifestOf } from './manifests.ts';
import { isFinished, type Marks } from './marks.ts';
import type { Outbox } from './outbox.ts';

/** The second look at what a source answered: late samples and repaired rows change it. */
export type RecheckSettings = {
  /** How long after the end of a window. */
  readonly afterMs: number;
  /** The part of it by which a quantity must have changed to be corrected, such as `0.001`. */
  readonly threshold: string;
};

/** @returns the oldest window whose second look is due. */
export async function findRecheck(
  journal: Journal,
  marks: Marks,
  now: number,
  { afterMs }: RecheckSettings,
  isResting: (window: Window) => boolean,
): Promise<Window | undefined> {
  const entries = await journal.list();
  return entries.find(
    ({ kind, window }) =>
      kind === 'usage' &&
      isFinished(marks, parseHour(window.start)) &&
      Date.parse(window.end) + afterMs <= now &&
      !isResting(window),
  )?.window;
}

/**
 * Asks again for a window that was sent, and sends what differs: corrections, and events of rows that are new. An id is
 * never sent with other numbers. What the source does not know any more stays as it was reported.
 *
 * @throws SourceError; then it is tried again.
 */
export async function lookAgain(
  source: Source,
  window: Window,
  settings: RecheckSettings,
  journal: Journal,
  outbox: Outbox,
  { maker, metrics, logger }: FollowContext,
  signal: AbortSignal,
): Promise<void> {
  const sent = await journal.read('usage', window);
  const again = await source.collect(window, signal);
  const { corrected, added, vanished, withheld } = compareWindows(sent.events, again, settings.threshold);
  // It depends on the window alone, so that a second collector makes the same corrections.
  const time = new Date(Date.parse(window.end) + settings.afterMs);
  const reason = 'the source answered differently when it was asked again';
  const corrections = corrected.map(({ id, quantities }) =>
    maker.correction({ replaces: id, time, reason, ...(isEmpty(quantities) ? {} : { quantities }) }),
  );
  const manifest = added.length === 0 ? undefined : recheckManifestOf(maker, window, added);
  await outbox.keep({ kind: 'recheck', window, events: [...added, ...corrections], manifest });
  metrics.noteRecheck({
    corrected: corrections.length,
    added: added.length,
    vanished: vanished.length,
    withheld: withheld.length,
  });
  const counts = { source: source.name, ...window, corrected: corrections.length, added: added.length };
  if (vanished.length + withheld.length > 0)
    logger.warn(
      { ...counts, vanished, withheld, hint: 'what was reported stays billed; see whether the source lost data' },
      'the source does not know any more what it had reported',
    );
  else if (corrections.length + added.length > 0) logger.info(counts, 'the source answered differently');
}

/** An event that nothing is left of is void. */
function isEmpty(quantities: Readonly<Record<string, string>>): boolean {
  return Object.keys(quantities).length === 0;
}
