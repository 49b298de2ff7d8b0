import type { Pool } from '../connection/pool.ts';

/** SQL for the id of the card of accounts without one of their own. */
export const DEFAULT_CARD = '(select id from hopsmeter.rate_cards where is_default)';

/**
 * SQL for a table of the accounts that have a card of their own on a day (`account_owner_id`, `rate_card_id`), each
 * once: the overrides' exclusion constraint holds that. The same rule is `cardOf` in packages/usage.
 *
 * @param day SQL for the day.
 */
export function ownCardsOn(day: string): string {
  return `(
    select account_owner_id, rate_card_id from hopsmeter.price_overrides
    where kind = 'card' and withdrawn_at is null and valid_from <= ${day} and (valid_to is null or ${day} < valid_to)
  )`;
}

/** What one credit costs an account on a day. Parameters: $1 account owner, $2 day. Look-ups by key. */
const READ_CREDIT_USD = `
select credit_usd::text as "creditUsd" from hopsmeter.rate_cards
where id = coalesce(
  (select rate_card_id from ${ownCardsOn('$2::date')} as own where account_owner_id = $1),
  ${DEFAULT_CARD}
)
`;

/** Reads with {@link READ_CREDIT_USD}. @returns USD as decimal text. @throws Error when no card is the default. */
export async function readCreditUsd(pool: Pool, accountOwnerId: string, day: string): Promise<string> {
  const { rows } = await pool.query<{ readonly creditUsd: string }>(READ_CREDIT_USD, [accountOwnerId, day]);
  const [row] = rows;
  if (row === undefined) throw new Error('no rate card is the default');
  return row.creditUsd;
}
