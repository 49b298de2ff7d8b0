import { groupBy } from '../../group-by.ts';
import type { UsageDay } from '../../time.ts';
import { formatUsageDay } from '../../time.ts';
import { type Additions, addUp, addUpClamped, isNothing, minus, NOTHING, plus } from './additions.ts';
import type { Cause } from './causes.ts';
import type { HourPart, KnownNamespace, Measured } from './facts.ts';

/** One thing that may have gone wrong with a row of the application, and what it makes of the row. */
export type Fault = {
  readonly cause: Cause;
  readonly detail: string;
  /** What the row has more for it, or less. */
  readonly change: Additions;
  /** What is not in the row at all, with its storage. */
  readonly removed: readonly HourPart[];
  /** Of `wrong_day`: hours that came from the day before, and hours that went to the next day. */
  readonly shift?: { readonly fromBefore: number; readonly toNext: number };
  /** Whether it may be one of two. Of long runs there are so many that two of them fit nearly anything. */
  readonly isCombinable: boolean;
};

/** Usage this long before midnight may have been collected after it. */
const SHIFTED_HOURS_MAX = 3;

/** A job that counted nothing for longer has not missed hours: the row is missing. */
const MISSING_HOURS_MAX = 12;

const HOURS_PER_DAY = 24;

/** What the faults of a day are made of. */
export type FaultyDay = {
  readonly userId: string;
  readonly day: UsageDay;
  readonly parts: readonly HourPart[];
  readonly partsBefore: readonly HourPart[];
  readonly namespaces: readonly KnownNamespace[];
  /** The cluster in the application's row. */
  readonly clusterId: string | null;
};

/**
 * All that may have gone wrong with the row of a day, the most specific first. They are made as they are asked for: the
 * first ones explain most days, and the last ones are hundreds.
 */
export function* eachFault(day: FaultyDay): Generator<Fault> {
  for (const list of [
    wrongDays,
    lastClusterWins,
    orphanNamespaces,
    membersNotBilled,
    clampedNegatives,
    doubleHours,
    missingHours,
  ])
    for (const fault of list(day)) if (!isNothing(fault.change)) yield fault;
}

/** @returns the faults by which hours went over a midnight: from the day before, to the next day, or both. */
function wrongDays({ parts, partsBefore, day }: FaultyDay): Fault[] {
  return Array.from({ length: SHIFTED_HOURS_MAX }, (_, index) => index + 1).flatMap((hours) => {
    const from = HOURS_PER_DAY - hours;
    const [left, came] = [parts, partsBefore].map((some) => some.filter(({ hour }) => hour >= from));
    const shifted = (fromBefore: number, toNext: number): Fault => ({
      cause: 'wrong_day',
      detail: [
        fromBefore > 0 ? `${describeHours(from, hours)} of ${formatUsageDay(day - 1)} is in it` : '',
        toNext > 0 ? `${describeHours(from, hours)} is in ${formatUsageDay(day + 1)}` : '',
      ]
        .filter((text) => text !== '')
        .join(', '),
      change: minus(fromBefore > 0 ? addUp(came ?? []) : NOTHING, toNext > 0 ? addUp(left ?? []) : NOTHING),
      removed: toNext > 0 ? (left ?? []) : [],
      shift: { fromBefore, toNext },
      isCombinable: true,
    });
    const hasCome = !isNothing(addUp(came ?? []));
    const hasLeft = !isNothing(addUp(left ?? []));
    return [
      ...(hasCome && hasLeft ? [shifted(hours, hours)] : []),
      ...(hasLeft ? [shifted(0, hours)] : []),
      ...(hasCome ? [shifted(hours, 0)] : []),
    ];
  });
}

/** The cluster that the job looked at last has the row; in the same hour it replaces a namespace of the same name. */
function lastClusterWins({ parts, clusterId }: FaultyDay): Fault[] {
  const clusters = groupBy(parts, (part) => part.clusterId);
  const last = clusterId !== null && clusters.has(clusterId) ? clusterId : parts.at(-1)?.clusterId;
  if (last === undefined || clusters.size < 2) return [];
  const kept = new Set((clusters.get(last) ?? []).map(nameInHour));
  const others = parts.filter((part) => part.clusterId !== last);
  const replaced = others.filter((part) => kept.has(nameInHour(part)));
  return [replaced, others].map((removed) => remove('last_cluster_wins', `only the cluster ${last} is in it`, removed));
}

/** A namespace without a user is left out, whole or until the application knew it. */
function orphanNamespaces({ parts, namespaces, day }: FaultyDay): Fault[] {
  const known = new Map(namespaces.map((one) => [one.namespace, one.createdAt]));
  const byName = groupBy(
    parts.filter(({ namespace }) => namespace !== null),
    ({ namespace }) => namespace ?? '',
  );
  const unknown = [...byName].filter(([name]) => !known.has(name));
  const all = unknown.flatMap(([, some]) => some);
  const names = unknown.map(([name]) => name).join(', ');
  return [
    ...(unknown.length > 0 ? [remove('orphan_namespace', names, all)] : []),
    ...[...byName].flatMap(([name, some]): Fault[] => [
      // Without another namespace in the row only the application's own list says that this one is nobody's.
      ...(byName.size > 1 && names !== name ? [remove('orphan_namespace', name, some)] : []),
      ...untilKnown(known.get(name) ?? null, day).map((hours) =>
        remove(
          'orphan_namespace',
          `${name} before ${describeHour(hours)}`,
          some.filter(({ hour }) => hour < hours),
        ),
      ),
    ]),
  ];
}

/** The hours of a day that may lie before a namespace was known: up to the one in which it appeared, or with it. */
function untilKnown(createdAt: string | null, day: UsageDay): readonly number[] {
  if (createdAt === null || createdAt.slice(0, 10) !== formatUsageDay(day)) return [];
  const hour = Number(createdAt.slice(11, 13));
  return [hour, hour + 1];
}

function membersNotBilled({ userId, parts }: FaultyDay): Fault[] {
  const asMember = parts.filter(({ accountOwnerId }) => accountOwnerId !== userId);
  const owners = [...new Set(asMember.map(({ accountOwnerId }) => accountOwnerId))];
  return [remove('member_not_billed', `member of ${owners.join(', ')}`, asMember)];
}

const COMPUTED = ['cpu', 'gpu', 'ram'] as const;

/** What may be negative together, while another quantity is there. */
const CLAMPED: readonly (readonly Measured[])[] = [
  ['cpu'],
  ['gpu'],
  ['ram'],
  ['cpu', 'gpu'],
  ['cpu', 'ram'],
  ['gpu', 'ram'],
];

/** Quantities of one addition, or of a whole hour. */
function clampedNegatives({ parts }: FaultyDay): Fault[] {
  const hours = [...groupBy(parts, ({ hour }) => String(hour)).values()].filter(({ length }) => length > 1);
  return [...parts.map((part) => [part]), ...hours].flatMap((some) =>
    CLAMPED.filter((clamped) => hasSome(some, clamped) && hasOther(some, clamped)).map((clamped) => ({
      cause: 'clamped_negative',
      detail: `${clamped.join(' and ')} of ${some.map(describePart).join(' and ')}`,
      change: minus(addUpClamped(some, clamped), addUp(some)),
      removed: [],
      isCombinable: true,
    })),
  );
}

function hasSome(parts: readonly HourPart[], measured: readonly Measured[]): boolean {
  return measured.every((one) => parts.every(({ amounts }) => amounts[one] > 0n));
}

function hasOther(parts: readonly HourPart[], measured: readonly Measured[]): boolean {
  return COMPUTED.some((one) => !measured.includes(one) && parts.some(({ amounts }) => amounts[one] > 0n));
}

function doubleHours({ parts }: FaultyDay): Fault[] {
  return runsOf(parts, HOURS_PER_DAY).map(({ detail, sum, hours }) => ({
    cause: 'double_hour',
    detail,
    change: sum,
    removed: [],
    isCombinable: hours === 1,
  }));
}

/** Their storage is in the row all the same: other hours tell it, so nothing is removed. */
function missingHours({ parts }: FaultyDay): Fault[] {
  const missing = (detail: string, sum: Additions, isCombinable: boolean): Fault => ({
    cause: 'missing_hour',
    detail,
    change: minus(NOTHING, sum),
    removed: [],
    isCombinable,
  });
  // One addition alone: a write that was lost.
  const alone = new Set(parts.map(({ namespace }) => namespace)).size > 1 ? parts : [];
  return [
    ...runsOf(parts, MISSING_HOURS_MAX).map(({ detail, sum, hours }) => missing(detail, sum, hours === 1)),
    ...alone.map((part) => missing(describePart(part), addUp([part]), true)),
  ];
}

type Run = { readonly detail: string; readonly hours: number; readonly sum: Additions };

/** Hours one after the other, which begin and end with usage; where there are several clusters, also of each alone. */
function runsOf(parts: readonly HourPart[], hoursMax: number): Run[] {
  const byCluster = groupBy(parts, ({ clusterId }) => clusterId);
  const groups = byCluster.size > 1 ? [parts, ...byCluster.values()] : [parts];
  return groups.flatMap((group) => {
    const hours = [...groupBy(group, ({ hour }) => String(hour))]
      .map(([hour, some]) => ({ hour: Number(hour), sum: addUp(some) }))
      .sort((a, b) => a.hour - b.hour);
    return hours.flatMap(({ hour: first }, place) => {
      let sum = NOTHING;
      return hours
        .slice(place)
        .filter(({ hour }) => hour - first < hoursMax)
        .map(({ hour, sum: more }): Run => {
          sum = plus(sum, more);
          return { detail: describeHours(first, hour - first + 1), hours: hour - first + 1, sum };
        });
    });
  });
}

function remove(cause: Cause, detail: string, removed: readonly HourPart[]): Fault {
  return { cause, detail, change: minus(NOTHING, addUp(removed)), removed, isCombinable: true };
}

/** What several faults make of a row. */
export function changeOf(faults: readonly Fault[]): Additions {
  return faults.reduce((sum, { change }) => plus(sum, change), NOTHING);
}

function nameInHour({ hour, namespace }: HourPart): string {
  return `${hour} ${namespace ?? ''}`;
}

function describePart({ hour, namespace }: HourPart): string {
  return namespace === null ? describeHours(hour, 1) : `${describeHours(hour, 1)} in ${namespace}`;
}

/** `03:00` for one hour, `03:00 to 05:00` for two. */
function describeHours(first: number, count: number): string {
  return count === 1 ? describeHour(first) : `${describeHour(first)} to ${describeHour(first + count)}`;
}

function describeHour(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
