import { MICROS_PER_DAY, MICROS_PER_HOUR } from './time.ts';

/** Longest event id. Kubernetes-derived ids stay below 150 characters; 256 also keeps index entries small. */
export const EVENT_ID_LENGTH_MAX = 256;

/** Longest source: the cluster's URN is 58 characters, the rest is room for a path of the cluster's own. */
export const SOURCE_LENGTH_MAX = 512;

/** Longest subject; Auth0 allows user ids of at most 255 characters. */
export const SUBJECT_LENGTH_MAX = 255;

/** Longest namespace, meter or GPU model. Kubernetes allows 63 characters for a namespace and 253 for a name. */
export const NAME_LENGTH_MAX = 253;

/** Most meters that one correction or manifest names: several times as many as are registered anywhere. */
export const EVENT_METERS_MAX = 100;

/** Longest reason of a correction: a few sentences. */
export const CORRECTION_REASON_LENGTH_MAX = 500;

/** Longest reason for which a cluster cannot report a window: one sentence, shown beside the hour. */
export const MISSING_LENGTH_MAX = 200;

/** How far a cluster's clock may be ahead of ours. */
export const CLOCK_AHEAD_MAX = MICROS_PER_HOUR / 12;

/**
 * How long a sender is asked to wait with an event that is ahead of our clock: as long as the longest plausible window.
 * What is further ahead is a mistake, and would be kept for years.
 */
export const EARLY_WAIT_MAX = 31 * 24 * MICROS_PER_HOUR;

/** How far back usage is taken: the ledger must still hold every event of that age, or a copy would count again. */
export const LEDGER_RETENTION_DAYS = 400;
export const LEDGER_RETENTION = LEDGER_RETENTION_DAYS * MICROS_PER_DAY;

/** How many cores and GPUs one event may have had over its window; more is implausible. */
export type PlausibleLimits = { readonly coresMax: bigint; readonly gpusMax: bigint };

/** Of a cluster without limits of its own: the largest clusters metered today have some hundreds of cores. */
export const PLAUSIBLE_LIMITS: PlausibleLimits = { coresMax: 512n, gpusMax: 64n };

/** A longer window is implausible: collectors report hours, and a month is the longest billing period. */
export const PLAUSIBLE_WINDOW_MAX = 31 * MICROS_PER_DAY;
