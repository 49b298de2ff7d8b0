import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorld } from '../../harness/world.ts';
import { applyChange, hasTooManyKeys, type WorldChange } from '../chaos-world.ts';
import { persist } from '../persist.ts';
import { type FaultContext, type FaultKind, nothing, required } from './fault.ts';

/** Of a hundred batches, while an ingest of the first release still runs. */
const OLDER_PERCENT = 40;

/** A job that a dependency's fault keeps waiting is taken soon after; one that Redis lost is added again. */
const ADD_AGAIN_AFTER_MS = 6_000;

/** Whose keys are revoked, and what is changed. */
export type SourceNames = {
  readonly changes: readonly WorldChange[];
  readonly world: Pick<TestWorld, 'clusters'>;
};

/** What people and other releases do: directory, prices, keys, jobs of other versions. */
export function listSourceFaults({ changes, world }: SourceNames): FaultKind[] {
  return [
    {
      name: 'key revoked, and replaced later',
      track: 'sources',
      targets: world.clusters.map(({ id }) => id),
      forMs: [2_000, 10_000],
      async begin({ stack: { pool }, world: { revokeKeys, replaceKey } }, clusterId) {
        await persist(() => revokeKeys(pool, clusterId));
        return () => persist(() => replaceKey(pool, clusterId).catch(makeRoom(() => revokeKeys(pool, clusterId))));
      },
    },
    {
      name: 'ingest of an older release beside the new one',
      track: 'versions',
      targets: ['clients'],
      forMs: [4_000, 20_000],
      async begin({ clients }) {
        for (const client of clients) client.setOlderShare(OLDER_PERCENT);
        return async () => {
          for (const client of clients) client.setOlderShare(0);
        };
      },
    },
    {
      name: 'job of a version that nobody knows',
      track: 'versions',
      targets: ['clients'],
      forMs: [0, 0],
      async begin(context) {
        await parkUnknown(context, randomUUID());
        return nothing;
      },
    },
    ...[...new Set(changes.map(({ fault }) => fault))].map((name): FaultKind => {
      const sameKind = changes.filter(({ fault }) => fault === name);
      return {
        name,
        track: 'sources',
        targets: sameKind.map(({ detail }) => detail),
        forMs: [0, 0],
        async begin({ stack: { pool } }, target) {
          await applyChange(
            pool,
            required(
              sameKind.find(({ detail }) => detail === target),
              target,
            ),
          );
          return nothing;
        },
      };
    }),
  ];
}

/** The answer to an earlier attempt was lost, and there is a key that nobody knows. */
function makeRoom(revoke: () => Promise<void>): (error: unknown) => Promise<never> {
  return async (error) => {
    if (hasTooManyKeys(error)) await revoke();
    throw error;
  };
}

/** Adds the job until it is seen parked. More than one copy is parked when Redis had not lost it: as many rows. */
async function parkUnknown({ stack: { older, pool } }: FaultContext, mark: string): Promise<void> {
  const isParked = async (): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `select from hopsmeter.parked_events where reason = 'unreadable_batch' and event ->> 'payload' like $1`,
      [`%${mark}%`],
    );
    return (rowCount ?? 0) > 0;
  };
  for (let addAt = 0; ; ) {
    if (performance.now() > addAt) {
      await persist(() => older.addUnknown(mark));
      addAt = performance.now() + ADD_AGAIN_AFTER_MS;
    }
    if (await persist(isParked)) return;
    await delay(250);
  }
}
