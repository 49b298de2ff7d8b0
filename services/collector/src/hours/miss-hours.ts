import type { Source } from '@hopsmeter/sources';
import type { FollowContext } from '../follow-context.ts';
import type { Failure } from './failures.ts';
import { formatHour, HOUR_MS, type Hour } from './hour.ts';
import { missingManifestOf } from './manifests.ts';
import type { MarkFile } from './mark-file.ts';
import { finish } from './marks.ts';
import type { Outbox } from './outbox.ts';

/** Hours that nobody can collect any more, and why. */
export type MissedHours = {
  readonly hours: readonly Hour[];
  readonly why: 'out_of_reach' | 'not_known' | 'not_sampled';
};

/** Longest reason that a manifest may have. */
const REASON_LENGTH_MAX = 200;

/**
 * Reports hours as missing that nobody can collect any more.
 *
 * @param failure what was wrong with the source last, where anything was.
 * @returns whether it was done: not before ingest's clock agrees that these hours are over.
 */
export async function missHours(
  source: Source,
  { hours, why }: MissedHours,
  failure: Failure | undefined,
  outbox: Outbox,
  marks: MarkFile,
  { maker, metrics, logger, isTimeConfirmed }: FollowContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await isTimeConfirmed(signal))) return false;
  const reason = reasonOf(why, failure);
  await outbox.send(hours.map((hour) => missingManifestOf(maker, hour, reason)));
  await marks.save(finish(marks.current(), hours));
  metrics.noteMissing(source.name, hours.length);
  const hint = 'they are not billed, and shown as missing';
  const fields = { source: source.name, ...spanOf(hours), hours: hours.length, reason };
  logger.error({ ...fields, hint }, 'hours are lost');
  return true;
}

function reasonOf(why: MissedHours['why'], failure: Failure | undefined): string {
  if (why === 'not_known' && failure !== undefined) return printable(`${failure.code}: ${failure.detail}`);
  const what = why === 'not_sampled' ? 'it was not sampled' : 'the source does not keep it any longer';
  const cause = failure === undefined ? 'the collector was not running' : `${failure.code}: ${failure.detail}`;
  return printable(`${what}: ${cause}`);
}

/** What others said may hold anything; a manifest takes printable text. */
function printable(text: string): string {
  return text
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim()
    .slice(0, REASON_LENGTH_MAX);
}

function spanOf(hours: readonly Hour[]) {
  return { from: formatHour(hours.at(0) ?? 0), to: formatHour((hours.at(-1) ?? 0) + HOUR_MS) };
}
