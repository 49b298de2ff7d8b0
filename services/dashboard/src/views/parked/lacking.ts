import type { ParkedEvent } from './parked-schemas.ts';

/** What a parked event says that a remedy is made of. */
export type Lacking = {
  readonly clusterId: string | undefined;
  readonly namespace: string | undefined;
  /** The user as the cluster calls them: an id or an alias. */
  readonly subject: string | undefined;
  /** The id of the user who is not on the cluster. */
  readonly userId: string | undefined;
  readonly gpuModel: string | undefined;
  readonly meters: readonly string[];
  /** When the usage began, RFC 3339. */
  readonly start: string | undefined;
};

/** Reads what an event lacks out of what it says, and of why it was parked. */
export function readLacking({ event, clusterId, detail }: ParkedEvent): Lacking {
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  const subject = text(event.subject);
  return {
    clusterId: clusterId ?? undefined,
    namespace: text(event.namespace),
    subject,
    userId: NOT_ON_CLUSTER.exec(detail)?.[1] ?? subject,
    gpuModel: text(event.gpuModel),
    meters: Array.isArray(event.usages) ? event.usages.flatMap(({ meter }) => text(meter) ?? []) : [],
    start: text(event.start),
  };
}

/** The event names a namespace or an alias; who that is stands in the reason. */
const NOT_ON_CLUSTER = /^(.+) is not assigned to the cluster at that time$/s;

/** Events that wait for the same: what helps one of them helps all. */
export function alikeOf(event: ParkedEvent, events: readonly ParkedEvent[]): readonly ParkedEvent[] {
  const wanted = keyOf(event);
  return events.filter((other) => other.id === event.id || keyOf(other) === wanted);
}

/** Names what an event waits for. */
function keyOf(event: ParkedEvent): string {
  const { clusterId, namespace, subject, userId, gpuModel, meters } = readLacking(event);
  const { reason, status } = event;
  const key = (...parts: readonly unknown[]): string => JSON.stringify([status, reason, ...parts]);
  switch (reason) {
    case 'unknown_namespace':
    case 'ignored_namespace':
      return key(clusterId, namespace);
    case 'unknown_user':
      return key(clusterId, subject);
    case 'user_not_on_cluster':
      return key(clusterId, userId);
    case 'unknown_meter':
    case 'no_rate':
      return key(meters);
    case 'unknown_gpu_model':
      return key(gpuModel?.trim().toLowerCase());
    default:
      // A decision about one event says nothing about another one.
      return key(event.id);
  }
}
