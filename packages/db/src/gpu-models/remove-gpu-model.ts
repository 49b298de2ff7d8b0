import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { GPU_MODEL_COLUMNS, type GpuModelRow } from './list-gpu-models.ts';

/** Removes the model $1. Locks: the directory must be held. */
const REMOVE_GPU_MODEL = `delete from hopsmeter.gpu_models where id = $1::uuid returning ${GPU_MODEL_COLUMNS}`;

/**
 * Takes a GPU model off its meter: usage that comes from now on is parked until somebody says where it is counted. What
 * is counted already stays.
 *
 * @returns the model as it was. @throws RequestError NOT_FOUND.
 */
export function removeGpuModel(pool: Pool, change: Change, id: string): Promise<GpuModelRow> {
  return inAuditedTransaction(pool, change, async ({ rowsOf, audit }) => {
    const [removed] = await rowsOf<GpuModelRow>(REMOVE_GPU_MODEL, [id]);
    if (removed === undefined) throw new RequestError('NOT_FOUND', `there is no GPU model ${id}`);
    const { name, meter } = removed;
    await audit({ action: 'remove_gpu_model', entity: 'gpu_models', entityId: id, before: { name, meter } });
    return removed;
  });
}
