/** Which application is followed, and how. */
export type FollowingSettings = {
  /** Its database. May hold a password. */
  readonly url: URL;
  readonly everyMs: number;
  /** Share of rows that may be missing at once before a person has to say that it is right. */
  readonly missingPercentMax: number;
};
