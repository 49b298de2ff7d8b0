import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { createDirectory } from '@hopsmeter/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeCluster } from '../directory/change-cluster.ts';
import { loadDirectory } from '../directory/load-directory.ts';
import { createMeter } from '../pricing/create-meter.ts';
import { listGpuModels } from './list-gpu-models.ts';
import { removeGpuModel } from './remove-gpu-model.ts';
import { setGpuModel } from './set-gpu-model.ts';

const WHO = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const NOBODY = '00000000-0000-4000-8000-000000000000';
const H100 = 'NVIDIA H100 80GB HBM3';

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterAll(() => database?.close());

const directory = async () => createDirectory(await loadDirectory(database.pool));

const auditOf = async (entity: string) =>
  (
    await database.pool.query(
      'select action, before, after from hopsmeter.audit_log where entity = $1 order by happened_at',
      [entity],
    )
  ).rows;

it('puts a GPU model on a meter, moves it and takes it off, each once and with its audit row', async () => {
  const { pool } = database;
  await createMeter(pool, WHO, { meter: 'gpu_hours_h100', unit: 'GPU-hour', description: 'H100 GPUs over time' });
  expect((await directory()).meterOf('gpu_hours', H100)).toMatchObject({ reason: 'unknown_gpu_model' });
  const first = await setGpuModel(pool, WHO, { name: ` ${H100} `, meter: 'gpu_hours' });
  expect(first).toMatchObject({ isCreated: true, value: { name: H100, meter: 'gpu_hours' } });
  expect((await directory()).meterOf('gpu_hours', H100)).toBe('gpu_hours');
  expect(await setGpuModel(pool, WHO, { name: H100, meter: 'gpu_hours' })).toEqual({ ...first, isCreated: false });

  const other = { name: 'nvidia  h100 80gb hbm3', meter: 'gpu_hours_h100' };
  expect(await setGpuModel(pool, WHO, other)).toEqual({ isCreated: false, value: { id: first.value.id, ...other } });
  expect((await directory()).meterOf('gpu_hours', H100)).toBe('gpu_hours_h100');
  expect(await listGpuModels(pool)).toEqual([{ id: first.value.id, ...other }]);

  expect(await removeGpuModel(pool, WHO, first.value.id)).toMatchObject(other);
  await expect(removeGpuModel(pool, WHO, first.value.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await directory()).meterOf('gpu_hours', H100)).toMatchObject({ reason: 'unknown_gpu_model' });
  expect(await auditOf('gpu_models')).toEqual([
    { action: 'set_gpu_model', before: null, after: { name: H100, meter: 'gpu_hours' } },
    { action: 'set_gpu_model', before: { name: H100, meter: 'gpu_hours' }, after: other },
    { action: 'remove_gpu_model', before: other, after: null },
  ]);
});

it('refuses a meter that is not registered', async () => {
  const wanted = { name: 'Tesla T4', meter: 'gpu_hours_t4' };
  await expect(setGpuModel(database.pool, WHO, wanted)).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  await expect(removeGpuModel(database.pool, WHO, NOBODY)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('registers a meter once, whatever is sent again', async () => {
  const { pool } = database;
  const wanted = { meter: 'model_calls', unit: 'call', description: 'Calls of models' };
  expect(await createMeter(pool, WHO, wanted)).toEqual({ isCreated: true, value: wanted });
  expect(await createMeter(pool, WHO, wanted)).toEqual({ isCreated: false, value: wanted });
  for (const changed of [{ unit: 'calls' }, { description: 'Other calls' }])
    await expect(createMeter(pool, WHO, { ...wanted, ...changed })).rejects.toMatchObject({ code: 'METER_EXISTS' });
  expect((await directory()).hasMeter('model_calls')).toBe(true);
  expect((await auditOf('meters')).slice(-1)).toEqual([
    { action: 'create_meter', before: null, after: { unit: 'call', description: 'Calls of models' } },
  ]);
});

it('tells workers what is plausible of a cluster as soon as it is changed', async () => {
  const { pool } = database;
  const before = await directory();
  expect(before.limitsOf(seeded.clusterId)).toMatchObject({ coresMax: 512n, gpusMax: 64n });
  expect(await changeCluster(pool, WHO, seeded.clusterId, { maxCores: 4_096 })).toMatchObject({ maxCores: 4_096 });
  await changeCluster(pool, WHO, seeded.clusterId, { maxGpus: 0 });
  const after = await directory();
  expect(after.limitsOf(seeded.clusterId)).toMatchObject({ coresMax: 4_096n, gpusMax: 0n });
  expect(BigInt(after.version)).toBeGreaterThan(BigInt(before.version));
  expect((await auditOf('hopsworks_clusters')).slice(-2)).toMatchObject([
    { before: { maxCores: 512, maxGpus: 64 }, after: { maxCores: 4_096, maxGpus: 64 } },
    { before: { maxCores: 4_096, maxGpus: 64 }, after: { maxCores: 4_096, maxGpus: 0 } },
  ]);
});
