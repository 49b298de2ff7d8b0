import type { GpuModel } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';

/** A GPU model as lists and answers show one. */
export type GpuModelRow = GpuModel & { readonly id: string };

/** Columns of a {@link GpuModelRow}. */
export const GPU_MODEL_COLUMNS = 'id, name, meter';

/** All GPU models by name. There are as many as people entered by hand. */
const LIST_GPU_MODELS = `select ${GPU_MODEL_COLUMNS} from hopsmeter.gpu_models order by compared_name collate "C"`;

/** Lists with {@link LIST_GPU_MODELS}. */
export async function listGpuModels(pool: Pool): Promise<readonly GpuModelRow[]> {
  return (await pool.query<GpuModelRow>(LIST_GPU_MODELS)).rows;
}
