import { CLUSTER_SOURCE_PREFIX, isSystemId } from '@hopsmeter/usage';

/** Where an event came from, as the ledger keeps it. */
export type EventOrigin = {
  readonly clusterId: string;
  /** What follows the cluster's id in the source; empty when the cluster itself is the source. */
  readonly sourcePath: string;
};

/** The cluster's id, and what follows it: that begins with `/` or `:`. */
const SOURCE = /^([^/:]+)((?:[/:].*)?)$/su;

/** Writes the source of an event as the cluster did. */
export function formatSource({ clusterId, sourcePath }: EventOrigin): string {
  return CLUSTER_SOURCE_PREFIX + clusterId + sourcePath;
}

/** Reads a source; undefined when no event can have it. */
export function parseSource(source: string): EventOrigin | undefined {
  if (!source.startsWith(CLUSTER_SOURCE_PREFIX)) return undefined;
  const [, clusterId, sourcePath] = SOURCE.exec(source.slice(CLUSTER_SOURCE_PREFIX.length)) ?? [];
  return clusterId === undefined || sourcePath === undefined || !isSystemId(clusterId)
    ? undefined
    : { clusterId, sourcePath };
}
