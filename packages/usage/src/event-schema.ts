import { z } from 'zod';
import { EVENT_TYPES, type EventType } from './event.ts';

/** A JSON number or a decimal string; which decimals are allowed is decided where it becomes a quantity. */
const quantity = z.union([z.number(), z.string()]);

const window = z.strictObject({ start: z.string(), end: z.string() });

/** `data` of each event type. Unknown fields are refused: a misspelt optional field must not change what is billed. */
const data = {
  compute: z.strictObject({
    namespace: z.string(),
    window,
    cpuCoreHours: quantity,
    gpuHours: quantity,
    ramByteHours: quantity,
    gpuModel: z.string().nullish(),
  }),
  storage: z
    .strictObject({
      namespace: z.string(),
      window,
      onlineBytes: quantity.nullish(),
      offlineBytes: quantity.nullish(),
    })
    // For the OpenAPI document; `createMeasure` refuses what has neither.
    .meta({ anyOf: [{ required: ['onlineBytes'] }, { required: ['offlineBytes'] }] }),
  network: z.strictObject({ namespace: z.string(), window, egressBytes: quantity }),
  meter: z.strictObject({
    meter: z.string(),
    quantity,
    namespace: z.string().nullish(),
    window: window.nullish(),
  }),
  correction: z.strictObject({
    replaces: z.string(),
    quantities: z.record(z.string(), quantity).nullish(),
    reason: z.string().nullish(),
  }),
  manifest: z.strictObject({
    window,
    eventCount: z.number(),
    sums: z.record(z.string(), quantity).nullish(),
    missing: z.string().nullish(),
  }),
  project: z.strictObject({
    namespace: z.string(),
    projectName: z.string(),
    projectId: z.number(),
    owner: z.string(),
    createdAt: z.string(),
    endedAt: z.string().nullish(),
  }),
} satisfies Record<EventType, z.ZodType>;

/** CloudEvents attributes. In the JSON format null means absent; extension attributes are allowed and not kept. */
const envelope = {
  id: z.string(),
  source: z.string(),
  specversion: z.literal('1.0'),
  time: z.string().nullish(),
  subject: z.string().nullish(),
};

/** The envelope of an event whose type we do not know, to name what else is wrong with it. */
export const envelopeSchema = z.object({ ...envelope, type: z.string() });

export const eventSchemas = {
  compute: z.object({ ...envelope, data: data.compute }),
  storage: z.object({ ...envelope, data: data.storage }),
  network: z.object({ ...envelope, data: data.network }),
  meter: z.object({ ...envelope, data: data.meter }),
  correction: z.object({ ...envelope, data: data.correction }),
  manifest: z.object({ ...envelope, data: data.manifest }),
  project: z.object({ ...envelope, data: data.project }),
};

export type EventOf<T extends EventType> = z.infer<(typeof eventSchemas)[T]>;

const typesByName: ReadonlyMap<unknown, EventType> = new Map(
  Object.entries(EVENT_TYPES).map(([short, full]) => [full, short as EventType]),
);

/** The short name of a CloudEvents type; `undefined` when it is not one that is metered. */
export function eventTypeOf(type: unknown): EventType | undefined {
  return typesByName.get(type);
}
