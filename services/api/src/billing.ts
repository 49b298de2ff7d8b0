import {
  type AccountsPage,
  type AccountsQuery,
  checkBilling,
  eachUsageDaily,
  type Freshness,
  findPerson,
  hasAccount,
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

/** What is read to answer a request. */
export type Billing = {
  /** Rejects when totals cannot be read. */
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

/** Reads billing from Postgres. */
export function createBilling(pool: Pool): Billing {
  return {
    check: () => checkBilling(pool),
    findPerson: (id) => findPerson(pool, id),
    listAccounts: (query) => listAccounts(pool, query),
    hasAccount: (id) => hasAccount(pool, id),
    readTotals: (query) => readTotals(pool, query),
    listUsageDaily: (query) => listUsageDaily(pool, query),
    eachUsageDaily: (filter, take) => eachUsageDaily(pool, filter, take),
    readCreditUsd: (accountOwnerId, day) => readCreditUsd(pool, accountOwnerId, day),
    readPipelineCounts: () => readPipelineCounts(pool),
    readPipelineHealth: () => readPipelineHealth(pool),
    readFreshness: () => readFreshness(pool),
  };
}
