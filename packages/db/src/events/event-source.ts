import { CLUSTER_SOURCE_PREFIX } from '@hopsmeter/usage';

/** Where an event came from, as the ledger keeps it. */
export type EventOrigin = {
  readonly clusterId: string;
  /** What follows the cluster's id in the source; empty when the cluster itself is the source. */
  readonly sourcePath: string;
};

/** The cluster's id as every key of ours has it: in small letters. What follows it begins with `/` or `:`. */
const SOURCE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})((?:[/:].*)?)$/su;

/** Writes the source of an event as the cluster did. */
export function formatSource({ clusterId, sourcePath }: EventOrigin): string {
  return CLUSTER_SOURCE_PREFIX + clusterId + sourcePath;
}

/** Reads a source; undefined when no event can have it. */
export function parseSource(source: string): EventOrigin | undefined {
  if (!source.startsWith(CLUSTER_SOURCE_PREFIX)) return undefined;
  const [, clusterId, sourcePath] = SOURCE.exec(source.slice(CLUSTER_SOURCE_PREFIX.length)) ?? [];
  return clusterId === undefined || sourcePath === undefined ? undefined : { clusterId, sourcePath };
}
