/**
 * What was wrong with an event. Codes are those of ingest, or `HTTP_413` and the like where something before it
 * refused.
 */
export type Problem = { readonly code: string; readonly pointer: string; readonly detail: string };

/** An event that will never be taken as it is. It is not sent again. */
export type Refusal = {
  readonly id: string;
  readonly problems: readonly Problem[];
  /** The event as it was sent. */
  readonly event: unknown;
};
