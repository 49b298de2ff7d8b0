import * as z from 'zod/mini';

const personSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  accountOwnerId: z.string(),
  accountName: z.nullable(z.string()),
});

/** `GET /v1/search` */
export const foundSchema = z.object({
  accounts: z.array(personSchema),
  people: z.array(personSchema),
  projects: z.array(
    z.object({
      id: z.string(),
      namespace: z.string(),
      clusterName: z.string(),
      userId: z.string(),
      userName: z.nullable(z.string()),
      accountOwnerId: z.string(),
      isEnded: z.boolean(),
    }),
  ),
  clusters: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
  events: z.array(z.object({ id: z.string(), source: z.string() })),
});

export type Found = z.output<typeof foundSchema>;
