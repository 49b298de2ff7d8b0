/** Which parked events are meant. A condition that is not given narrows nothing. */
export type ParkedFilter = {
  readonly reason?: string | undefined;
  readonly clusterId?: string | undefined;
  /** A namespace, or the beginning of one followed by `*`. */
  readonly namespace?: string | undefined;
  /** Only what was parked before this moment, RFC 3339. */
  readonly before?: string | undefined;
};

/**
 * SQL for the conditions of a filter on `parked_events`, whose parameters begin with number `first`; its values are
 * {@link filterValues}. Read along the indexes of the status, so give one beside it.
 */
export function matchesFilter(first: number): string {
  const [reason, cluster, namespace, before] = [first, first + 1, first + 2, first + 3].map((place) => `$${place}`);
  return `
    (${reason}::text is null or reason = ${reason})
    and (${cluster}::uuid is null or hopsworks_cluster_id = ${cluster})
    and (${namespace}::text is null or namespace like ${namespace})
    and (${before}::timestamptz is null or parked_at < ${before})`;
}

/** The parameters of {@link matchesFilter}, in their order. */
export function filterValues({ reason, clusterId, namespace, before }: ParkedFilter): (string | null)[] {
  return [reason ?? null, clusterId ?? null, namespace === undefined ? null : toLike(namespace), before ?? null];
}

/** A namespace that may end in `*`, as a pattern of SQL's `like`. */
function toLike(namespace: string): string {
  const isPrefix = namespace.endsWith('*');
  const literal = (isPrefix ? namespace.slice(0, -1) : namespace).replaceAll(/[\\%_]/g, '\\$&');
  return isPrefix ? `${literal}%` : literal;
}
