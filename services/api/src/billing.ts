import {
  type AccountsPage,
  type AccountsQuery,
  checkBilling,
  eachUsageDaily,
  type Freshness,
  findPerson,
  hasAccount,
  kindOfFailure,
  listAccounts,
  listUsageDaily,
  type PersonRow,
  type PipelineCounts,
  type PipelineHealth,
  type Pool,
  readCreditUsd,
  readFreshness,
  readPipelineCounts,
  readPipelineHealth,
  readTotals,
  type TotalsQuery,
  type TotalsRow,
  type UsageDailyQuery,
  type UsageDailyRow,
  type UsageFilter,
} from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';

/** What is read to answer a request. */
export type Billing = {
  /** Rejects when totals can not be read. */
  check(): Promise<void>;
  /** Undefined when there is no such user. */
  findPerson(id: string): Promise<PersonRow | undefined>;
  listAccounts(query: AccountsQuery): Promise<AccountsPage>;
  hasAccount(id: string): Promise<boolean>;
  readTotals(query: TotalsQuery): Promise<readonly TotalsRow[]>;
  listUsageDaily(query: UsageDailyQuery): Promise<readonly UsageDailyRow[]>;
  /** Holds a connection until the last page is taken; each page is awaited. */
  eachUsageDaily(filter: UsageFilter, take: (rows: readonly UsageDailyRow[]) => Promise<void>): Promise<void>;
  /** USD that one credit costs an account on a day (`2026-11-22`), as decimal text. */
  readCreditUsd(accountOwnerId: string, day: string): Promise<string>;
  readPipelineCounts(): Promise<PipelineCounts>;
  readPipelineHealth(): Promise<PipelineHealth>;
  /** Read it before what it is shown with: then that holds at least what was recorded by this time. */
  readFreshness(): Promise<Freshness>;
};

/** Long enough for a failover's first attempt, short enough for a person who waits. */
const RETRY_AFTER_SECONDS = 2;

/** Reads billing from Postgres. While Postgres can not answer, every read rejects with NOT_READY. */
export function createBilling(pool: Pool): Billing {
  return {
    check: () => checkBilling(pool),
    findPerson: (id) => answerOrNotReady(findPerson(pool, id)),
    listAccounts: (query) => answerOrNotReady(listAccounts(pool, query)),
    hasAccount: (id) => answerOrNotReady(hasAccount(pool, id)),
    readTotals: (query) => answerOrNotReady(readTotals(pool, query)),
    listUsageDaily: (query) => answerOrNotReady(listUsageDaily(pool, query)),
    eachUsageDaily: (filter, take) => answerOrNotReady(eachUsageDaily(pool, filter, take)),
    readCreditUsd: (accountOwnerId, day) => answerOrNotReady(readCreditUsd(pool, accountOwnerId, day)),
    readPipelineCounts: () => answerOrNotReady(readPipelineCounts(pool)),
    readPipelineHealth: () => answerOrNotReady(readPipelineHealth(pool)),
    readFreshness: () => answerOrNotReady(readFreshness(pool)),
  };
}

/** Rejects with NOT_READY while the database can not answer. */
export async function answerOrNotReady<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // A rule that refused has no SQLSTATE either, and is no fault of the database.
    if (error instanceof RequestError || kindOfFailure(error) !== 'retry') throw error;
    const options = { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error };
    throw new RequestError('NOT_READY', 'the database does not answer', options);
  }
}
