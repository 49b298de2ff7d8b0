/** Something that a person may want to know. The client goes on whatever it is. */
export type ClientProblem = {
  /**
   * `KEY_REFUSED`: the key is wrong, revoked or of another cluster · `REQUEST_REFUSED`: the address or what is between
   * us and ingest is wrong · `BUSY`: ingest asks to wait · `NO_ANSWER`: none came, or a mistake on the other side ·
   * `SPOOL_DAMAGED`: bytes of the spool are no events and were kept aside · `SPOOL_TORN`: the same at the end of what a
   * killed process wrote, where nothing was acknowledged · `SPOOL_UNREADABLE`, `SPOOL_UNWRITABLE`: the file system
   * refuses.
   */
  readonly code:
    | 'KEY_REFUSED'
    | 'REQUEST_REFUSED'
    | 'BUSY'
    | 'NO_ANSWER'
    | 'SPOOL_DAMAGED'
    | 'SPOOL_TORN'
    | 'SPOOL_UNREADABLE'
    | 'SPOOL_UNWRITABLE';
  readonly message: string;
  /** In how many milliseconds it is tried again, where it is. */
  readonly retryInMs?: number;
};
