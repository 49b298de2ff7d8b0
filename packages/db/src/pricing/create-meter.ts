import { IMPORTED_METER_PREFIX, isImportedMeter, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { MeterRow } from './list-rate-cards.ts';

/** Finds a meter by name, $1. */
const FIND_METER = 'select meter, unit, description from hopsmeter.meters where meter = $1';

/** Adds a meter: $1 name, $2 unit, $3 description. Locks: the directory must be held. */
const CREATE_METER = 'insert into hopsmeter.meters (meter, unit, description) values ($1, $2, $3)';

/**
 * Registers a meter, which has no price yet. Asked again with the same data it returns the meter that is there.
 *
 * @throws RequestError METER_EXISTS when one of that name has other data, or the name begins as those of imported usage
 * do.
 */
export function createMeter(pool: Pool, change: Change, wanted: MeterRow): Promise<Created<MeterRow>> {
  const { meter, unit, description } = wanted;
  if (isImportedMeter(meter))
    throw new RequestError(
      'METER_EXISTS',
      `names that begin with ${IMPORTED_METER_PREFIX} are those of imported usage`,
    );
  return inAuditedTransaction(pool, change, async ({ rowsOf, audit }) => {
    const [known] = await rowsOf<MeterRow>(FIND_METER, [meter]);
    if (known !== undefined) {
      if (known.unit !== unit || known.description !== description)
        throw new RequestError('METER_EXISTS', `${meter} is measured in ${known.unit}: ${known.description}`);
      return { isCreated: false, value: known };
    }
    await rowsOf(CREATE_METER, [meter, unit, description]);
    await audit({ action: 'create_meter', entity: 'meters', entityId: meter, after: { unit, description } });
    return { isCreated: true, value: { meter, unit, description } };
  });
}
