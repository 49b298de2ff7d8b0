import { comparedGpuModel, type GpuModel, RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { GPU_MODEL_COLUMNS, type GpuModelRow } from './list-gpu-models.ts';

/** Finds a model by the form in which names are compared, $1. */
const FIND_GPU_MODEL = `select ${GPU_MODEL_COLUMNS} from hopsmeter.gpu_models where compared_name = $1`;

/** Reads whether the meter $1 is registered. */
const FIND_METER = `select from hopsmeter.meters where meter = $1 and not starts_with(meter, 'imported_')`;

/**
 * Puts a model on a meter: $1 name, $2 the form in which names are compared, $3 meter. Locks: the directory must be
 * held. Running it twice is running it once.
 */
const SET_GPU_MODEL = `
insert into hopsmeter.gpu_models (name, compared_name, meter) values ($1, $2, $3)
on conflict (compared_name) do update set name = excluded.name, meter = excluded.meter
returning ${GPU_MODEL_COLUMNS}
`;

/**
 * Says on which meter the usage of a GPU model is counted from now on; what is counted already stays where it is.
 * Parked usage of the model is counted by itself. The same again changes nothing.
 *
 * @throws RequestError UNKNOWN_REFERENCE for a meter that is not registered.
 */
export function setGpuModel(pool: Pool, change: Change, wanted: GpuModel): Promise<Created<GpuModelRow>> {
  const { name, meter } = { ...wanted, name: wanted.name.trim() };
  return inAuditedTransaction(pool, change, async ({ rowsOf, audit }) => {
    const compared = comparedGpuModel(name);
    const [known] = await rowsOf<GpuModelRow>(FIND_GPU_MODEL, [compared]);
    if (known?.name === name && known.meter === meter) return { isCreated: false, value: known };
    if ((await rowsOf(FIND_METER, [meter])).length === 0)
      throw new RequestError('UNKNOWN_REFERENCE', `there is no meter ${meter}`);
    const [value] = await rowsOf<GpuModelRow>(SET_GPU_MODEL, [name, compared, meter]);
    if (value === undefined) throw new Error('the GPU model was not inserted');
    const before = known === undefined ? undefined : { name: known.name, meter: known.meter };
    const entry = { action: 'set_gpu_model', entity: 'gpu_models', entityId: value.id };
    await audit({ ...entry, before, after: { name, meter } });
    return { isCreated: known === undefined, value };
  });
}
