import type { WaitingUsage } from '@hopsmeter/db';
import { PARK_REASONS } from '@hopsmeter/usage';
import { z } from 'zod';

/** What may still change an account's month, as closing tells it. */
export const waitingSchema = z
  .object({
    parked: z
      .array(
        z
          .object({
            reason: z.enum(PARK_REASONS).meta({ examples: ['no_rate'] }),
            events: z
              .int()
              .min(1)
              .meta({ examples: [12] }),
            isOwn: z.boolean().meta({
              description:
                "Whether they are the account's; else nobody knows whose, and the account was on their cluster",
            }),
          })
          .meta({ id: 'WaitingEvents' }),
      )
      .meta({ description: 'Parked events of the month, and of earlier ones when they came after the last closing' }),
    missingHours: z
      .array(
        z
          .object({
            clusterId: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
            clusterName: z.string().meta({ examples: ['east'] }),
            hours: z
              .int()
              .min(1)
              .meta({ examples: [3] }),
          })
          .meta({ id: 'MissingClusterHours' }),
      )
      .meta({ description: 'Hours that a cluster, or a source of it, did not report while the account was on it' }),
    differences: z
      .int()
      .min(0)
      .meta({ examples: [0], description: 'Rows of the month that the newest comparison found to be wrong' }),
  })
  .meta({ id: 'WaitingUsage', description: 'What may still change the month' });

/** Writes it as {@link waitingSchema} has it; null when nothing waits. */
export function describeWaitingUsage(waiting: WaitingUsage | undefined): z.input<typeof waitingSchema> | null {
  if (waiting === undefined) return null;
  const { parked, missingHours, differences } = waiting;
  return { parked: [...parked], missingHours: [...missingHours], differences };
}
