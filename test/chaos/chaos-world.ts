import { randomUUID } from 'node:crypto';
import {
  type Change,
  changeOwner,
  changePrices,
  createClusterKey,
  listClusterKeys,
  type Pool,
  previewPriceChange,
  revokeClusterKey,
} from '@hopsmeter/db';
import { parseUsageDay, RequestError, readTermsInput } from '@hopsmeter/usage';
import { createWorld, one, type TestProject, type TestRate, type TestWorld } from '../harness/world.ts';
import { persist } from './persist.ts';

/** What people change while the faults come; each is done once, in this order, and again until it has worked. */
export type WorldChange = {
  readonly fault: string;
  readonly detail: string;
  apply(pool: Pool): Promise<void>;
};

/**
 * A directory, and what will become of it: known before the first event, so that the oracle needs to see each only
 * once.
 */
export type ChaosWorld = {
  /** As it is in the end. */
  readonly world: TestWorld;
  /** Projects that nobody has registered yet; usage of them is parked until `register`. */
  readonly lateProjects: readonly TestProject[];
  readonly changes: readonly WorldChange[];
  keyOf(clusterId: string): string;
  /** Revokes the cluster's keys; its usage is refused until `replaceKey`. */
  revokeKeys(pool: Pool, clusterId: string): Promise<void>;
  replaceKey(pool: Pool, clusterId: string): Promise<void>;
};

const WHO: Change = { actor: { kind: 'system', id: 'chaos' }, requestId: 'chaos' };
const DAY = 86_400_000;

/** More would make every row of the rollup be moved and priced again and again, which is not what is tested here. */
const OWNER_CHANGES = 6;
const PRICED_METERS = ['cpu_hours', 'model_calls', 'network_egress_gb', 'ram_gb_hours'];

/** Fills an empty directory and plans its changes. */
export async function createChaosWorld(pool: Pool): Promise<ChaosWorld> {
  const world = await createWorld(pool, {
    clusters: 2,
    ownersPerCluster: 2,
    membersPerOwner: 2,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  const keys = new Map(world.clusters.map(({ id, key }) => [id, key]));
  const lateProjects = world.clusters.map(({ id: clusterId }, c) => ({
    id: randomUUID(),
    clusterId,
    namespace: `late-${c}`,
    userId: `auth0|c${c}o0`,
    from: Number.NEGATIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  }));
  const owners = planOwnerChanges(world);
  const prices = planPriceChanges(world);
  return {
    world: {
      ...world,
      projects: [...world.projects, ...lateProjects],
      ownerships: owners.ownerships,
      rates: prices.rates,
    },
    lateProjects,
    changes: [...owners.changes, ...prices.changes, ...lateProjects.map(registerProject)],
    keyOf: (clusterId) => keys.get(clusterId) ?? '',
    async revokeKeys(admin, clusterId) {
      for (const { id: keyId } of (await listClusterKeys(admin, clusterId)) ?? [])
        await revokeClusterKey(admin, WHO, { clusterId, keyId });
    },
    async replaceKey(admin, clusterId) {
      keys.set(clusterId, (await createClusterKey(admin, WHO, clusterId)).key);
    },
  };
}

/** Members go to the other owner of their cluster, each once, from a noon of the last days on. */
function planOwnerChanges({ ownerships }: TestWorld): Pick<ChaosWorld, 'changes'> & Pick<TestWorld, 'ownerships'> {
  const after = new Map(ownerships);
  const members = [...ownerships.keys()].filter((id) => id.startsWith('google-oauth2|')).slice(0, OWNER_CHANGES);
  const changes = members.map((userId, index): WorldChange => {
    const noon = Math.floor(Date.now() / DAY) * DAY - (2 + 3 * index) * DAY + DAY / 2;
    const ownerId = `auth0|${userId.slice(14, 16)}o${userId.charAt(17) === '0' ? '1' : '0'}`;
    after.set(userId, [...(ownerships.get(userId) ?? []), { from: noon, ownerId }]);
    const from = new Date(noon).toISOString();
    return {
      fault: 'owner changes at noon',
      detail: `${userId} to ${ownerId} from ${from}`,
      async apply(pool) {
        await changeOwner(pool, WHO, { userId, accountOwnerId: ownerId, from, reason: 'chaos' });
      },
    };
  });
  return { ownerships: after, changes };
}

/** Each meter gets another price from a day in the past on, so what is recorded is re-rated while more comes. */
function planPriceChanges({ rates }: TestWorld): Pick<ChaosWorld, 'changes'> & Pick<TestWorld, 'rates'> {
  const after = new Map<string, TestRate>(rates);
  const changes = PRICED_METERS.map((meter, index): WorldChange => {
    const before = rates.get(meter) ?? { price: '0', priceQuantity: '1' };
    const from = new Date(Date.now() - (5 + 7 * index) * DAY).toISOString().slice(0, 10);
    const price = `0.${31 + 7 * index}`;
    after.set(meter, { ...before, later: [{ from, price, priceQuantity: before.priceQuantity }] });
    return {
      fault: 'price changes in the past',
      detail: `${meter} to ${price} from ${from}`,
      apply: (pool) => setRate(pool, meter, from, { price, priceQuantity: before.priceQuantity }),
    };
  });
  return { rates: after, changes };
}

async function setRate(pool: Pool, meter: string, from: string, input: TestRate): Promise<void> {
  const reading = readTermsInput({ price: input.price, priceQuantity: input.priceQuantity });
  const validFrom = parseUsageDay(from);
  if (!('terms' in reading) || validFrom === undefined) throw new Error(`no price: ${meter} ${from}`);
  const cards = await pool.query<{ id: string }>('select id from hopsmeter.rate_cards where is_default');
  const { terms } = reading;
  const change = { kind: 'set_rate', rateCardId: one(cards.rows).id, meter, validFrom, terms } as const;
  const { fingerprint } = await previewPriceChange(pool, change);
  await changePrices(pool, WHO, { change, reason: 'chaos', fingerprint });
}

function registerProject({ id, clusterId, namespace, userId }: TestProject): WorldChange {
  return {
    fault: 'project registered after its usage',
    detail: namespace,
    async apply(pool) {
      await pool.query(
        `insert into hopsmeter.projects (id, hopsworks_cluster_id, namespace, user_id, started_at)
         values ($1, $2, $3, $4, '-infinity') on conflict (id) do nothing`,
        [id, clusterId, namespace, userId],
      );
    },
  };
}

/** Does a change for as long as it takes: the database may be away, or another change may have come first. */
export function applyChange(pool: Pool, { apply }: WorldChange): Promise<void> {
  return persist(() => apply(pool));
}

/** Whether a key cannot be made because an answer was lost and the cluster has one that nobody knows. */
export function hasTooManyKeys(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'TOO_MANY_KEYS';
}
