import { formatQuantity, parseQuantity, type Quantity, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { RateCardRow } from './list-rate-cards.ts';

/** `creditUsd` is what one credit costs, more than zero. */
export type NewRateCard = { readonly name: string; readonly creditUsd: Quantity };

/** Finds a card by name, $1. */
const FIND_RATE_CARD = `
select id, credit_usd::text as "creditUsd", is_default as "isDefault" from hopsmeter.rate_cards where name = $1
`;

/** Adds a card that is not the default one: $1 name, $2 credit. Locks: the directory must be held. */
const CREATE_RATE_CARD = 'insert into hopsmeter.rate_cards (name, credit_usd) values ($1, $2::numeric) returning id';

type Found = { readonly id: string; readonly creditUsd: string; readonly isDefault: boolean };

/**
 * Creates a rate card without rates. Asked again with the same data it returns the card that is there, without its
 * rates.
 *
 * @throws RequestError RATE_CARD_EXISTS when one of that name has other data.
 */
export function createRateCard(pool: Pool, change: Change, wanted: NewRateCard): Promise<Created<RateCardRow>> {
  const { name } = wanted;
  const creditUsd = formatQuantity(wanted.creditUsd);
  return inAuditedTransaction(pool, change, async (transaction) => {
    const [known] = await transaction.rowsOf<Found>(FIND_RATE_CARD, [name]);
    if (known !== undefined) {
      if (parseQuantity(known.creditUsd) !== wanted.creditUsd)
        throw new RequestError('RATE_CARD_EXISTS', `${name} is the rate card ${known.id}`);
      return { isCreated: false, value: { ...known, name, creditUsd, rates: [] } };
    }
    const [created] = await transaction.rowsOf<{ id: string }>(CREATE_RATE_CARD, [name, creditUsd]);
    if (created === undefined) throw new Error('the rate card was not inserted');
    const entry = { action: 'create_rate_card', entity: 'rate_cards', entityId: created.id };
    await transaction.audit({ ...entry, after: { name, creditUsd } });
    return { isCreated: true, value: { id: created.id, name, creditUsd, isDefault: false, rates: [] } };
  });
}
