import { randomUUID } from 'node:crypto';
import { changePrices, closeMonths, type Pool, type PriceChange, previewPriceChange, reRatePart } from '@hopsmeter/db';
import { ONE, parseTime, parseUsageDay, type Quantity } from '@hopsmeter/usage';
import { recordUsage, seedDirectory } from '../support/db/test-database.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const HOUR = 3_600_000_000;

export const OWNER = 'auth0|owner';
export const OTHER = 'auth0|other';
export const FORMULA_ID = '=1+2';

/** Names that want to be a formula, a quote, two lines and a line of their own. */
export const NAMES = {
  [OWNER]: '=HYPERLINK("http://evil.example","click")',
  'auth0|member': 'Ada\r\n"the first", Ünï 🦊',
  [OTHER]: '@SUM(A1:A9)',
} as const;
export const NAMESPACE = "-ml,'x'";
export const CLUSTER = '+east\tone';

export const MONTHS = ['2025-09', '2025-10', '2025-11'] as const;

const dayOf = (text: string): number => parseUsageDay(text) ?? Number.NaN;

/** Everything that a month can charge: September and October 2025 are closed for one account, November is open. */
export async function createFocusWorld(pool: Pool): Promise<void> {
  const { clusterId, memberId, projectId } = await seedDirectory(pool);
  for (const [id, name] of Object.entries(NAMES))
    await pool.query('update hopsmeter.users set name = $2 where id = $1', [id, name]);
  await pool.query('update hopsmeter.projects set namespace = $2 where id = $1', [projectId, NAMESPACE]);
  await pool.query('update hopsmeter.hopsworks_clusters set name = $2 where id = $1', [clusterId, CLUSTER]);
  await pool.query('insert into hopsmeter.users (id) values ($1)', [FORMULA_ID]);
  await pool.query(
    `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ($1, $2, '-infinity')`,
    [FORMULA_ID, clusterId],
  );
  await pool.query(
    `insert into hopsmeter.meters (meter, unit, description)
     values ('gpu_hours_h100', 'GPU-hour', 'H100 GPUs'), ('model_calls', 'call', 'Calls')`,
  );
  const use = async (day: string, meter: string, quantity: string, subject?: string): Promise<void> => {
    const start = parseTime(`${day}T12:00:00Z`) ?? Number.NaN;
    const who = subject === undefined ? { namespace: NAMESPACE } : { subject };
    const event = { id: randomUUID(), clusterId, start, end: start + HOUR, meter, quantity, ...who };
    const { counted } = await recordUsage(pool, [event]);
    if (counted !== 1) throw new Error(`${meter} was not counted`);
  };
  const change = async (wanted: PriceChange): Promise<void> => {
    const { fingerprint } = await previewPriceChange(pool, wanted);
    await changePrices(pool, CHANGE, { change: wanted, reason: 'for a test', fingerprint });
    while ((await reRatePart(pool)) !== undefined);
  };
  const { rows } = await pool.query<{ id: string }>('select id from hopsmeter.rate_cards where is_default');
  const rateCardId = rows[0]?.id ?? '';
  const setRate = (meter: string, from: string, price: Quantity, priceQuantity = ONE): Promise<void> =>
    change({
      kind: 'set_rate',
      rateCardId,
      meter,
      validFrom: dayOf(from),
      terms: { price, priceQuantity, model: 'flat', tiers: [], includedQuantity: 0n },
    });
  const close = (month: string): Promise<unknown> =>
    closeMonths(pool, CHANGE, { month: dayOf(`${month}-01`), accountOwnerIds: [OWNER] });
  const useEverything = async (month: string): Promise<void> => {
    await use(`${month}-03`, 'cpu_hours', '80.123456789012', OWNER);
    await use(`${month}-04`, 'cpu_hours', '60.5');
    await use(`${month}-04`, 'gpu_hours_h100', '0.333333333333', memberId);
    await use(`${month}-05`, 'gpu_hours', '7');
    await use(`${month}-05`, 'ram_gb_hours', '1000.000000000001');
    await use(`${month}-06`, 'online_storage_gb_hours', '700');
    await use(`${month}-06`, 'offline_storage_gb_hours', '99999.999999999999');
    await use(`${month}-30`, 'network_egress_gb', '12.5');
    await use(`${month}-30`, 'model_calls', '12345', OWNER);
    for (const meter of ['cpu_hours', 'ram_gb_hours', 'gpu_hours']) await use(`${month}-07`, meter, '3.7', OTHER);
    await use(`${month}-08`, 'cpu_hours', '0.000000000001', FORMULA_ID);
  };

  await setRate('gpu_hours_h100', '2020-01-01', 7n * ONE);
  await setRate('model_calls', '2020-01-01', 123_000_000n, 1_000n * ONE);
  await change({
    kind: 'set_override',
    accountOwnerId: OWNER,
    validFrom: dayOf('2025-01-01'),
    validTo: undefined,
    override: {
      kind: 'price',
      meter: 'cpu_hours',
      terms: {
        price: ONE,
        priceQuantity: ONE,
        model: 'graduated',
        tiers: [
          { upTo: 100n * ONE, price: ONE },
          { upTo: undefined, price: ONE / 2n },
        ],
        includedQuantity: 5n * ONE,
      },
    },
  });
  const discount = { kind: 'discount', meter: 'gpu_hours', percent: 33_333_300_000_000n } as const;
  const discounted = { accountOwnerId: OTHER, validFrom: dayOf('2025-01-01'), validTo: undefined, override: discount };
  await change({ kind: 'set_override', ...discounted });

  await useEverything('2025-09');
  await close('2025-09');
  await useEverything('2025-10');
  await use('2025-09-20', 'cpu_hours', '33.3');
  await use('2025-09-05', 'gpu_hours', '1');
  await setRate('gpu_hours', '2025-09-01', 3n * ONE);
  await close('2025-10');
  await useEverything('2025-11');
  await use('2025-10-20', 'network_egress_gb', '0.7', OWNER);
  await setRate('ram_gb_hours', '2025-10-01', 41_234_567_890n);
}
