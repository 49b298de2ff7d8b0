import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { describeHealth, healthSchema } from './read-pipeline-health.ts';

/** z.int() refuses what a JSON number cannot hold: an answer that would be wrong is an error instead. */
const countSchema = z.int().min(0);

const answerSchema = z
  .object({
    events: countSchema.meta({ description: 'Events recorded: counted, duplicates and parked', examples: [120000] }),
    counted: countSchema.meta({ description: 'Counted in the totals, at once or later', examples: [119000] }),
    duplicates: countSchema.meta({ description: 'Copies of events recorded before; no effect', examples: [900] }),
    parked: countSchema.meta({
      description: 'Parked and not counted since: waiting, given up or ignored',
      examples: [100],
    }),
    parkedPending: countSchema.meta({ description: 'Parked and waiting now', examples: [12] }),
    parkedGivenUp: countSchema.meta({ description: 'Given up by a person: never counted', examples: [88] }),
    parkedIgnored: countSchema.meta({ description: 'Ignored by rules for namespaces', examples: [0] }),
    parkedByReason: z
      .record(z.string(), countSchema)
      .meta({ description: 'Parked and waiting now, by reason', examples: [{ unknown_namespace: 12 }] }),
    health: healthSchema,
    freshness: freshnessSchema,
  })
  .meta({ id: 'Pipeline' });

const description = `What became of every event that was ever recorded, as of now: events = counted + duplicates +
parked, and parked = parkedPending + parkedGivenUp + parkedIgnored. \`health\` says whether the pipeline does its work.
A parked event that is counted later moves from \`parked\` to \`counted\`, or to \`duplicates\` when a copy of it was
counted before.

These are counts, not amounts: JSON numbers. They are exact up to 2^53, which 100,000 events a second reach after 2,800
years; beyond it the answer would be an error, never a rounded number.`;

export type ReadPipelineDeps = { readonly billing: Billing };

/** `GET /v1/pipeline` */
export function addReadPipeline(app: HttpApp, { billing }: ReadPipelineDeps): void {
  const schema = {
    operationId: 'readPipeline',
    summary: "Read event counts and the pipeline's health",
    description,
    tags: ['Pipeline'],
    querystring: z.strictObject({}),
    response: { ...answer('The counts', answerSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/pipeline', { schema, config: { access: 'staff' } }, async () => {
    const freshness = await billing.readFreshness();
    const { events, counted, duplicates, parked, givenUp, ignored, pendingByReason } =
      await billing.readPipelineCounts();
    return {
      events: Number(events),
      counted: Number(counted),
      duplicates: Number(duplicates),
      parked: Number(parked),
      parkedPending: Number([...pendingByReason.values()].reduce((sum, count) => sum + count, 0n)),
      parkedGivenUp: Number(givenUp),
      parkedIgnored: Number(ignored),
      parkedByReason: Object.fromEntries([...pendingByReason].map(([reason, count]) => [reason, Number(count)])),
      health: describeHealth(await billing.readPipelineHealth()),
      freshness,
    };
  });
}
