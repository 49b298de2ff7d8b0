/**
 * Every advisory lock, as SQL of the numbers that a lock function takes. In one place, because Postgres has one space
 * of numbers for a database, and two things that take the same numbers wait for each other. Triggers and functions in
 * drizzle/ write the numbers out; a test holds them against this table.
 */
export const ADVISORY_LOCKS = {
  /**
   * The directory: people, projects, prices, closed months. Who changes it holds it alone, who records usage shares it.
   * The first lock of every change, so that changes and record statements cannot wait for each other in a circle.
   */
  directory: '7367, 1',
  /** Planning and making comparisons of ledger and rollup: two workers would do the same day twice. */
  reconciliation: '7367, 10',
  /** The summaries by account: an upsert of the rollup runs two triggers, each with rows in an order of its own. */
  summaries: '7367, 13',
  /** Chains of corrections. The second number is a part of the chain's key, so the first one is theirs alone. */
  chains: '7368',
  /** Applying migrations, held by the session. One number: Postgres keeps it apart from all pairs. */
  migrations: '736700',
} as const;
