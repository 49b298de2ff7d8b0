import { BATCH_EVENTS_MAX } from '@hopsmeter/queue';

/** Largest body, as sent and unpacked. 5,000 events of 1 KB fit, and hold the event loop for 30 ms. */
export const BODY_BYTES_MAX = 5 * 1024 * 1024;

/** Most events of one request: a request is never split, so it must fit one batch. */
export const REQUEST_EVENTS_MAX = BATCH_EVENTS_MAX;

/**
 * Objects and arrays of one body: ten for each of the most events, where one needs three. So many cost the event loop
 * 60 ms and 10 MB when each has a field of another name, 10 ms when they are nested into each other.
 */
export const CONTAINERS_MAX = 10 * REQUEST_EVENTS_MAX;

/**
 * Values of one body: thirty for each of the most events, where one with all its attributes needs twenty. So many cost
 * the event loop 0.1 s and 24 MB when each has a name of its own.
 */
export const VALUES_MAX = 30 * REQUEST_EVENTS_MAX;

/**
 * How much of a refused body is still read, so that the sender sees our answer and its connection stays usable. Beyond
 * it the connection is cut.
 */
export const DISCARD_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Bodies held at one time: six of the largest. Saturated with 120,000 events a second in batches of 1,000, the process
 * takes 210 MB with four such bodies of 0.4 MB in flight; this bounds what many slow or large senders can add.
 */
export const IN_FLIGHT_BYTES_MAX = 32 * 1024 * 1024;

/**
 * What one cluster may have of that, four of the largest: senders that are slow on purpose would otherwise shut
 * everybody else out with seven connections. 32 connections with 1,000 events each have 13 MB under way.
 */
export const CLUSTER_IN_FLIGHT_BYTES_MAX = 24 * 1024 * 1024;

/** Most problems told in one answer, as long as every refused event is named once. */
export const PROBLEMS_MAX = 5_000;
