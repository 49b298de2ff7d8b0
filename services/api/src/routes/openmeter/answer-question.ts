import { listMeters, type Pool, type TotalsGrouping, type TotalsRow } from '@hopsmeter/db';
import { formatUsageDay, type Micros, RequestError, type UsageDay, usageDayOf } from '@hopsmeter/usage';
import { answerOrNotReady, type Billing } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { ParameterError, type ParameterErrorCode } from '../../contract/parameter-errors.ts';
import { RANGE_DAYS_MAX } from '../../contract/parameters.ts';
import { addUpWindows, GROUPING_OF, type QueryGrouping, type Value, type WindowSize } from './windows.ts';

/** As many as our own totals have. */
const GROUPS_MAX = 20_000;

/** Zones whose days are those of UTC, in all the spellings that the zone database has. */
const UTC_ZONES = new Set([
  'UTC',
  'Etc/UTC',
  'UCT',
  'Etc/UCT',
  'GMT',
  'Etc/GMT',
  'Zulu',
  'Etc/Zulu',
  'Etc/Universal',
  'Z',
]);

/** What is asked of a meter; what is not given is not asked for. */
export type Question = {
  readonly meter: string;
  readonly from?: UsageDay | undefined;
  readonly to?: UsageDay | undefined;
  readonly windowSize?: WindowSize | undefined;
  readonly windowTimeZone?: string | undefined;
  readonly groupBy: ReadonlySet<QueryGrouping>;
  /** Only usage whose value of a grouping is one of these. */
  readonly only: ReadonlyMap<QueryGrouping, ReadonlySet<string>>;
};

export type AnsweredQuestion = { readonly from: UsageDay; readonly to: UsageDay; readonly values: readonly Value[] };

export type QuestionDeps = { readonly pool: Pool; readonly billing: Billing; readonly now: () => Micros };

/** Adds up what was used, exactly, of the accounts that the caller may see. @throws ParameterError, RequestError NOT_FOUND */
export async function answerQuestion(
  { pool, billing, now }: QuestionDeps,
  caller: Caller,
  question: Question,
): Promise<AnsweredQuestion> {
  const { meter, windowSize, groupBy, only } = question;
  const to = question.to ?? usageDayOf(now()) + 1;
  const from = question.from ?? to - RANGE_DAYS_MAX;
  checkQuestion({ ...question, from, to });
  const meters = await answerOrNotReady(listMeters(pool));
  if (!meters.some((known) => known.meter === meter)) throw new RequestError('NOT_FOUND', 'there is no such meter');
  const seen = accountsOf(caller);
  const groupings = new Set<TotalsGrouping>(['meter']);
  for (const grouping of [...groupBy, ...only.keys()]) groupings.add(GROUPING_OF[grouping]);
  if (windowSize !== undefined) groupings.add('day');
  const rows = await billing.readTotals({
    from: formatUsageDay(from),
    to: formatUsageDay(to),
    accountOwnerId: seen === 'all' ? onlyOne(only.get('account_owner_id')) : seen.id,
    userId: onlyOne(only.get('subject')),
    meter,
    groupBy: groupings,
    groupsMax: GROUPS_MAX + 1,
  });
  if (rows.length > GROUPS_MAX) throw refuse('groupBy', 'TOO_MANY_GROUPS', `more than ${GROUPS_MAX} values`);
  const wanted = rows.filter((row) =>
    [...only].every(([grouping, values]) => values.has(groupValueOf(row, grouping) ?? '')),
  );
  return { from, to, values: addUpWindows(wanted, { from, to, windowSize, groupBy }) };
}

function checkQuestion({ from, to, windowSize, windowTimeZone }: Question & { from: UsageDay; to: UsageDay }): void {
  if (to <= from) throw refuse('to', 'INVALID_RANGE', 'expected a day after from; to is exclusive');
  if (to - from > RANGE_DAYS_MAX)
    throw refuse('to', 'RANGE_TOO_LONG', `expected at most ${RANGE_DAYS_MAX} days after from`);
  if (windowTimeZone === undefined || UTC_ZONES.has(windowTimeZone)) return;
  if (!isZone(windowTimeZone)) throw refuse('windowTimeZone', 'INVALID_CHOICE', 'expected a time zone such as UTC');
  // One value for all of it is the same in every zone.
  if (windowSize !== undefined)
    throw refuse(
      'windowTimeZone',
      'INVALID_CHOICE',
      'expected UTC: usage is kept by UTC day, so others have no exact days',
    );
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function onlyOne(values: ReadonlySet<string> | undefined): string | undefined {
  return values?.size === 1 ? [...values][0] : undefined;
}

/** What a row says of a grouping. */
function groupValueOf(row: TotalsRow, grouping: QueryGrouping): string | null {
  switch (grouping) {
    case 'subject':
      return row.userId;
    case 'account_owner_id':
      return row.accountOwnerId;
    case 'cluster':
      return row.clusterId;
    case 'namespace':
      return row.projectNamespace;
  }
}

function refuse(name: string, code: ParameterErrorCode, detail: string): ParameterError {
  return new ParameterError([{ parameter: name, code, detail }]);
}
