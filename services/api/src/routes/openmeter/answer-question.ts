import { listMeters, type Pool } from '@hopsmeter/db';
import { MICROS_PER_DAY, type Micros, RequestError, usageDayOf } from '@hopsmeter/usage';
import type { Billing } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { beginningBefore, checkRange, chooseSource } from './choose-source.ts';
import type { Question } from './question.ts';
import { readLedgerValues } from './read-ledger-values.ts';
import { readRollupValues } from './read-rollup-values.ts';
import type { Value } from './windows.ts';

export type AnsweredQuestion = { readonly from: Micros; readonly to: Micros; readonly values: readonly Value[] };

export type QuestionDeps = { readonly pool: Pool; readonly billing: Billing; readonly now: () => Micros };

/**
 * Adds up what was used, exactly, of the accounts that the caller may see.
 *
 * @throws ParameterError, RequestError NOT_FOUND
 */
export async function answerQuestion(
  { pool, billing, now }: QuestionDeps,
  caller: Caller,
  question: Question,
): Promise<AnsweredQuestion> {
  const to = question.to ?? (usageDayOf(now()) + 1) * MICROS_PER_DAY;
  const source = chooseSource(question, to);
  const from = question.from ?? beginningBefore(to, source);
  checkRange(from, to, source);
  const { meter, groupBy } = question;
  const meters = await listMeters(pool);
  if (!meters.some((known) => known.meter === meter)) throw new RequestError('NOT_FOUND', 'there is no such meter');
  const complete = { meter, from, to, groupBy, only: onlySeen(caller, question.only) };
  const values =
    source.kind === 'rollup'
      ? await readRollupValues(billing, complete, source.windowSize)
      : await readLedgerValues(pool, complete, source);
  return { from, to, values };
}

/** An owner sees the own account, whichever are asked for. */
function onlySeen(caller: Caller, only: Question['only']): Question['only'] {
  const seen = accountsOf(caller);
  if (seen === 'all') return only;
  const asked = only.get('account_owner_id');
  const isAsked = asked === undefined || asked.has(seen.id);
  return new Map([...only, ['account_owner_id', new Set(isAsked ? [seen.id] : [])]]);
}
