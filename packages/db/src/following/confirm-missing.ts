import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { MissingCounts } from './turn.ts';

const READ_HELD = `select missing, confirmed from hopsmeter.followings where state = 'held' for update`;

const CONFIRM = `update hopsmeter.followings set confirmed = missing where state = 'held'`;

/**
 * Says that what is missing of the application is right: the next look brings it over, unless even more is missing by
 * then. Asked again it changes nothing.
 *
 * @returns how many rows of which table that is.
 * @throws RequestError FOLLOWING_NOT_HELD
 */
export function confirmMissing(pool: Pool, change: Change, reason: string): Promise<MissingCounts> {
  return inAuditedTransaction(pool, change, async ({ rowsOf, audit }) => {
    const [held] = await rowsOf<{ missing: MissingCounts; confirmed: MissingCounts | null }>(READ_HELD);
    if (held === undefined) throw new RequestError('FOLLOWING_NOT_HELD', 'see GET /v1/following');
    if (JSON.stringify(held.confirmed) === JSON.stringify(held.missing)) return held.missing;
    await rowsOf(CONFIRM);
    const entry = { action: 'confirm_missing', entity: 'followings', entityId: 'true' };
    await audit({ ...entry, after: held.missing, reason });
    return held.missing;
  });
}
