import type { Refusal } from './refusal.ts';

/** What became of the events of one call. */
export type Receipt = {
  /** Durable on this machine's disk, and sent from there. Always all of them with a spool, and none without. */
  readonly spooled: number;
  /** Acknowledged by ingest. */
  readonly accepted: number;
  /** Refused by ingest, with the reasons. With a spool they are not known yet: `onRefused` and the file tell them. */
  readonly refused: readonly Refusal[];
};
