import { createHash } from 'node:crypto';
import type { UsageEvent } from '@hopsmeter/client';
import { EVENT_ID_LENGTH_MAX } from '@hopsmeter/usage';
import type { CollectedWindow, QuarantinedRow } from '../source.ts';
import { type EventUsage, readUsage } from './event-usage.ts';
import { addUp, differs, isLess, isMore, NONE, type Ratio, readRatio, writeQuantities } from './quantities.ts';

/** What a window that was asked for again tells of what was sent. */
export type ComparedWindows = {
  /** Events to be corrected, with their whole new content by meter; none: what they were about is in other events. */
  readonly corrected: readonly { readonly id: string; readonly quantities: Readonly<Record<string, string>> }[];
  /** Events that are new, or replace one that is voided. */
  readonly added: readonly UsageEvent[];
  /** Ids of sent events that are not answered any more. They stay as they were sent. */
  readonly vanished: readonly string[];
  /** Ids of events that the answer has more or other usage for and that stay as they were sent, or unsent. */
  readonly withheld: readonly string[];
};

/**
 * Compares what was sent of a window with a later answer. Pure: the same answers always give the same corrections.
 *
 * A later answer is the better one where it has more, and where it has less of the same event. It is not trusted where
 * something is missing in it, namespace by namespace:
 * - A sent event that is not answered any more stays, because what forgot it may have forgotten more.
 * - Where rows of the namespace are quarantined now, or the window was seen in part only, nothing becomes less: that is
 *   what is missing.
 * - Where some events vanished and others are new or have more, the usage may have moved, as when the model of a GPU
 *   became known. It would be counted twice if both stayed. So if the namespace as a whole has not become less, the new
 *   answer is taken and what vanished is voided; else everything stays as it was sent.
 *
 * A correction has to name meters, and on which one a GPU model is counted is known to hopsmeter alone. So an event
 * with a model is not corrected but voided, and replaced by an event with an id of its own.
 *
 * @param threshold of the difference to what was sent, as a decimal: `0.001` is a thousandth. From zero and to zero is
 * always a difference.
 * @throws RangeError when the threshold or an event is none.
 */
export function compareWindows(
  sent: readonly UsageEvent[],
  now: CollectedWindow,
  threshold: number | string,
): ComparedWindows {
  const limit = readRatio(threshold);
  const before = groupByNamespace(sent);
  const after = groupByNamespace(now.events);
  const namespaces = [...new Set([...before.keys(), ...after.keys()])].sort();
  const isPart = now.notes?.some(({ reason }) => reason === 'seen_in_part') === true;
  const parts = namespaces.map((namespace) =>
    compareNamespace(
      before.get(namespace) ?? [],
      after.get(namespace) ?? [],
      isPart || isQuarantined(now.quarantined, namespace),
      limit,
    ),
  );
  return {
    corrected: parts.flatMap(({ corrected }) => corrected),
    added: parts.flatMap(({ added }) => added),
    vanished: parts.flatMap(({ vanished }) => vanished),
    withheld: parts.flatMap(({ withheld }) => withheld),
  };
}

function compareNamespace(
  sent: readonly EventUsage[],
  now: readonly EventUsage[],
  isIncomplete: boolean,
  limit: Ratio,
): ComparedWindows {
  const sentById = new Map(sent.map((usage) => [usage.event.id, usage.quantities]));
  const nowIds = new Set(now.map(({ event }) => event.id));
  const before = ({ event }: EventUsage) => sentById.get(event.id) ?? NOTHING;
  const vanished = sent.filter(({ event }) => !nowIds.has(event.id));
  const changed = now.filter((usage) => differs(before(usage), usage.quantities, limit));
  const hasMoved = vanished.length > 0 && changed.some((usage) => isMore(before(usage), usage.quantities));
  const isLost = hasMoved && (isIncomplete || isLess(addUp(sent), addUp(now), limit));
  const isTrusted = (usage: EventUsage): boolean =>
    !isLost && !(isIncomplete && isLess(before(usage), usage.quantities, NONE));
  const trusted = changed.filter(isTrusted);
  const better = trusted.filter(({ event }) => sentById.has(event.id));
  const replaced = better.filter(({ gpuModel }) => gpuModel !== undefined);
  const voided = hasMoved && !isLost ? vanished : [];
  return {
    corrected: [
      ...better
        .filter(({ gpuModel }) => gpuModel === undefined)
        .map(({ event, quantities }) => ({ id: event.id, quantities: writeQuantities(quantities) })),
      ...[...replaced, ...voided].map(({ event }) => ({ id: event.id, quantities: {} })),
    ],
    added: [
      ...trusted.filter(({ event }) => !sentById.has(event.id)).map(({ event }) => event),
      ...replaced.map(({ event }) => ({ ...event, id: replacementId(event.id) })),
    ],
    vanished: (voided.length > 0 ? [] : vanished).map(({ event }) => event.id),
    withheld: changed.filter((usage) => !isTrusted(usage)).map(({ event }) => event.id),
  };
}

/** The same whoever looks again; no longer than an id may be. */
function replacementId(id: string): string {
  const replacement = `recheck/${id}`;
  if (replacement.length <= EVENT_ID_LENGTH_MAX) return replacement;
  return `recheck/sha256/${createHash('sha256').update(id, 'utf8').digest('hex')}`;
}

const NOTHING: EventUsage['quantities'] = new Map();

function groupByNamespace(events: readonly UsageEvent[]): ReadonlyMap<string, readonly EventUsage[]> {
  const groups = new Map<string, EventUsage[]>();
  for (const event of events) {
    const usage = readUsage(event);
    if (usage === undefined) continue;
    const group = groups.get(usage.namespace) ?? [];
    groups.set(usage.namespace, group);
    group.push(usage);
  }
  return groups;
}

/** A row that cannot be read says by its name only where it is from. Other clusters may have such namespaces too. */
function isQuarantined(rows: readonly QuarantinedRow[], namespace: string): boolean {
  return rows.some(({ name, reason, ...row }) => {
    if (reason === 'other_cluster') return false;
    return row.namespace === undefined ? name.split('/').includes(namespace) : row.namespace === namespace;
  });
}
