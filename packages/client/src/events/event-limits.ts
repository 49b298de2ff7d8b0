/** Longest id of an event that ingest takes. */
export const EVENT_ID_LENGTH_MAX = 256;

/** Longest source that ingest takes. */
export const SOURCE_LENGTH_MAX = 512;

/** Comes before the cluster's id in every source. */
export const CLUSTER_SOURCE_PREFIX = 'urn:hopsworks:cluster:';
