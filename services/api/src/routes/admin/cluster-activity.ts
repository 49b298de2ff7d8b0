import { type ClusterRow, countMissingHours, type Pool, readClusterActivity } from '@hopsmeter/db';
import { z } from 'zod';
import { clusterSchema } from './schemas.ts';

/** Who looks once a week misses none; see also how long a source is expected that stopped. */
const MISSING_HOURS = 7 * 24;

const timeSchema = z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] });

/** A cluster with what is heard of it. */
export const activeClusterSchema = clusterSchema
  .extend({
    lastEventAt: timeSchema.nullable().meta({
      description: 'When its newest events were accepted, of those that are recorded; null: none were ever',
    }),
    reportedUntil: timeSchema.nullable().meta({
      description:
        'The end of the newest window that it reported, by usage or by a manifest; usage of more than a day ago as ' +
        'of the last comparison. Null: none',
    }),
    missingHours: z
      .int()
      .min(0)
      .meta({
        examples: [2],
        description: `Hours of the last ${MISSING_HOURS} that it, or one of its sources, had to report and did not`,
      }),
  })
  .meta({ id: 'ActiveCluster', description: 'A cluster, and what is heard of it' });

/** Adds to clusters what is heard of them, with three questions, however many they are. */
export async function addActivity(
  pool: Pool,
  clusters: readonly ClusterRow[],
): Promise<z.input<typeof activeClusterSchema>[]> {
  const ids = clusters.map(({ id }) => id);
  const activities = new Map((await readClusterActivity(pool, ids)).map((each) => [each.clusterId, each]));
  const missing = await countMissingHours(pool, {
    hours: MISSING_HOURS,
    ...(ids.length === 1 ? { clusterId: ids[0] } : {}),
  });
  const missingHours = new Map(missing.map((each) => [each.clusterId, each.missingHours]));
  return clusters.map((cluster) => ({
    ...cluster,
    lastEventAt: activities.get(cluster.id)?.lastEventAt ?? null,
    reportedUntil: activities.get(cluster.id)?.reportedUntil ?? null,
    missingHours: missingHours.get(cluster.id) ?? 0,
  }));
}
