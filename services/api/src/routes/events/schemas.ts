import { PARKED_STATUSES } from '@hopsmeter/db';
import { z } from 'zod';
import { exactQuantitySchema, exactSchema } from '../../contract/amounts.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { nextCursorSchema } from '../../contract/page-cursor.ts';

/** What became of an event, by its stable code. */
const VERDICTS = ['counted', 'corrected', 'voided', 'superseded', 'parked', 'ignored', 'given_up', 'recorded'] as const;

/** How a row of the ledger came to be, when it is not usage as it was reported. */
const ADJUSTMENTS = ['reversal', 'correction', 'move'] as const;

/** Which word of the event named the user. */
const ATTRIBUTED_BY = ['subject', 'alias', 'namespace', 'rule', 'import'] as const;

const text = (description: string, example: string) => z.string().meta({ description, examples: [example] });
const time = (description: string, example = '2026-11-22T14:00:00.000000Z') => text(description, example);
const openTime = (description: string) => time(description).nullable();
const sentence = (description: string, example: string) => text(`${description}, for people`, example);

const id = text('Id that its source gave it', 'eu-north-1/recommender/2026-11-22T13');
const source = text('Source', 'urn:hopsworks:cluster:8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10');
const clusterId = text('Cluster', '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10');
const type = text(
  'Short name of the type: `compute`, `storage`, `network`, `meter`, `correction`, `manifest` or `project`; ' +
    '`imported` for a day that came over from another system',
  'compute',
);
const accountOwnerId = text('Who pays', 'auth0|507f1f77');
const userId = text('Who used it', 'auth0|507f1f78');
const projectId = text('Project; null outside of any', '3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11').nullable();
const usageDate = text('UTC day of the usage', '2026-11-22');
const bookedOn = text('The day that decides on whose statement it is: the usage date or a later month', '2026-11-22');
const adjustment = z.enum(ADJUSTMENTS).nullable().meta({
  description: 'Null for usage as it was reported; else why the row was added: what it takes back or books anew',
});
const count = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [1] });

const usageSchema = z
  .object({ meter: text('Meter', 'cpu_hours'), quantity: exactSchema })
  .meta({ id: 'MeteredQuantity', description: 'How much of a meter' });

const bookedUsageSchema = z
  .object({ meter: text('Meter', 'cpu_hours'), quantity: exactSchema, quantityExact: exactQuantitySchema })
  .meta({ id: 'BookedQuantity', description: 'How much of a meter a row of the ledger has' });

const ledgerEventSchema = z
  .object({
    id,
    source,
    clusterId,
    type,
    usageDate,
    bookedOn,
    accountOwnerId,
    userId,
    projectId,
    meters: z.array(bookedUsageSchema).meta({ description: 'Everything that this row of the ledger holds' }),
    windowStartedAt: time('Start of the usage window'),
    windowEndedAt: time('End of the usage window; the start, for an event of one instant'),
    adjustment,
    receivedAt: openTime('When the first request of its batch was received; the receipt names its own'),
  })
  .meta({ id: 'LedgerEvent', description: 'A row of the ledger: what an event books on one usage day' });

/** The answer of `GET /v1/events`. */
export const eventsSchema = z
  .object({
    events: z.array(ledgerEventSchema),
    nextCursor: nextCursorSchema,
    freshness: freshnessSchema,
  })
  .meta({ id: 'LedgerEvents' });

const periodShape = {
  startedAt: openTime('Since when; null where it has always been so'),
  endedAt: openTime('Until when; null where it is still so'),
};

const receivedSchema = z
  .object({
    receivedAt: time('When the request that brought it was received'),
    recordedAt: time('When a worker recorded its batch'),
    requestId: text('The request, as in `x-request-id`', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d').nullable(),
    enteredBy: text(
      'Staff member who entered it; null for what a cluster sent. Visible to staff only',
      'auth0|507f1f70',
    ).nullable(),
    clusterKey: z
      .object({ id: text('Key', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1e'), prefix: text('Prefix', 'hwm_live_a1b2') })
      .nullable()
      .meta({ description: 'The key it was posted with; visible to staff only. The key itself is stored nowhere' }),
    batch: z
      .object({
        id: text('Batch', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1f'),
        position: count('Place of the event in it, from 0'),
        eventCount: count('Events in it'),
        countedCount: count('Of these, counted at once'),
        duplicateCount: count('Of these, equal copies of events that were known'),
        parkedCount: count('Of these, parked'),
      })
      .meta({ description: 'The events that were recorded together' }),
  })
  .meta({ id: 'ReceiptReceived', description: 'How it came' });

const saidSchema = z
  .object({
    subject: text('The user that it named; null when it named none', 'auth0|507f1f78').nullable(),
    namespace: text('The namespace that it named; null when it named none', 'fraud-detection').nullable(),
    quantities: z.array(usageSchema).meta({ description: 'In meters, before it was split over days' }),
    replaces: text('Of a correction: the id that it names', 'eu-north-1/recommender/2026-11-22T13').nullable(),
    reason: text('Of a correction: why', 'a restarted pod was measured twice').nullable(),
  })
  .meta({ id: 'ReceiptSaid', description: 'What the event said' });

const attributionSchema = z
  .object({
    accountOwnerId,
    accountName: text("The owner's name, or else e-mail address", 'Ada Lovelace').nullable(),
    userId,
    userName: text('Name, or else e-mail address', 'Grace Hopper').nullable(),
    projectId,
    attributedBy: z.enum(ATTRIBUTED_BY).meta({ description: 'What named the user: the rule, as a code' }),
    rule: sentence('The rule', 'The event named no user, so the user of its project fraud-detection used it.'),
    project: z
      .object({
        namespace: text('Namespace', 'fraud-detection'),
        userId: userId.nullable().meta({ description: 'Whose it was; null when that is for staff to know' }),
        ...periodShape,
        userCount: count('Users who had the namespace in some part of the usage window'),
        heldSeconds: text('How much of the window its user had the namespace', '2400'),
        windowSeconds: text('How long the window is', '3600'),
      })
      .nullable()
      .meta({
        description:
          'The project of the user who had the namespace for the longest part of the window; null outside of any',
      }),
    ownership: z
      .object({ accountOwnerId, ...periodShape })
      .nullable()
      .meta({ description: 'Who owned the user when the usage began, as it is known now; null when not the caller' }),
    isCurrent: z.boolean().meta({ description: 'Whether the usage belongs to them now; false for what moved away' }),
  })
  .meta({ id: 'ReceiptAttribution', description: 'Who used it, who pays, and why' });

const rollupSchema = z
  .object({
    usageDate,
    bookedOn,
    accountOwnerId,
    userId,
    clusterId,
    projectId,
    meter: text('Meter', 'cpu_hours'),
    quantity: exactSchema,
    costExact: exactSchema,
    priceAdjustment: exactSchema.meta({
      description: 'What a later price makes of the same usage in closed months; part of `costExact`',
      examples: ['0.000000000000'],
    }),
    eventCount: z
      .string()
      .regex(/^-?\d+$/)
      .meta({ description: 'Events behind it, as text', examples: ['24'] }),
  })
  .meta({ id: 'ReceiptRollup', description: 'The row of the rollup, with everything that was added to it' });

const priceSchema = z
  .object({
    price: exactSchema,
    priceQuantity: exactSchema.meta({ description: 'How much the price is for' }),
    rate: z
      .object({
        id: text('Rate', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'),
        rateCardId: text('Rate card', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1c'),
        rateCardName: text('Name of the rate card', 'standard'),
        validFrom: text('First day of the rate', '2026-01-01'),
      })
      .nullable()
      .meta({ description: "The card's rate behind the price; null where the account has a price of its own" }),
    override: z
      .object({
        id: text("The account's own price", '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1e'),
        kind: z.enum(['price', 'discount', 'card']),
        discountPercent: text('Of a discount: percent', '12.5000').nullable(),
        validFrom: text('First day', '2026-01-01'),
        validTo: text('Day after the last; null where it is open', '2027-01-01').nullable(),
      })
      .nullable()
      .meta({ description: 'What the account pays instead; null where it pays the rate' }),
    sentence: sentence('The price version', '0.35 USD for 1 of cpu_hours: rate card standard, rate from 2026-01-01.'),
  })
  .meta({ id: 'ReceiptPrice', description: 'The price version that the row of the rollup has' });

const statementSchema = z
  .object({
    accountOwnerId,
    month: text('Month', '2026-11'),
    status: z.enum(['final', 'open']),
    number: z
      .int()
      .nullable()
      .meta({ examples: [42], description: 'Number of the final statement; null while the month is open' }),
    closedAt: openTime('When it became final; null while the month is open'),
  })
  .meta({ id: 'ReceiptStatement', description: 'The statement that the booking is on' });

const bookingSchema = z
  .object({
    meter: text('Meter', 'cpu_hours'),
    quantity: exactSchema.meta({ description: "The event's own, on this row; negative where it takes back" }),
    quantityExact: exactQuantitySchema,
    costExact: exactSchema.nullable().meta({
      description: 'quantity × price ÷ priceQuantity, rounded once to 12 decimals; null without a row of the rollup',
    }),
    rollup: rollupSchema.nullable(),
    price: priceSchema.nullable(),
  })
  .meta({ id: 'ReceiptBooking', description: 'What the event adds to one row of the rollup, at which price' });

const partSchema = z
  .object({
    part: count('Number of the row, in the order in which the event was booked'),
    usageDate,
    bookedOn,
    adjustment,
    accountOwnerId,
    userId,
    projectId,
    why: sentence('Why the row is there', 'Usage as it was reported, booked on its own day.'),
    bookings: z.array(bookingSchema).meta({ description: 'One for each meter; empty where nothing was used' }),
    statement: statementSchema,
  })
  .meta({ id: 'ReceiptPart', description: 'A row of the ledger and where it went' });

const correctionSchema = z
  .object({
    id,
    replaces: text('The id that it names', 'eu-north-1/recommender/2026-11-22T13').nullable(),
    status: z.enum(['in_force', 'superseded', 'parked', 'given_up']),
    correctedAt: time('The time that it carries; the latest is in force').nullable(),
    appliedAt: openTime('When it was counted; null for one that is not'),
    quantities: z.array(usageSchema).meta({ description: 'The whole new content; empty for a void' }),
    reason: z
      .string()
      .nullable()
      .meta({ examples: ['measured wrong'], description: 'Why, as the cluster said' }),
  })
  .meta({ id: 'ReceiptCorrection' });

const correctionsSchema = z
  .object({
    rootId: text('The event that the chain is about', 'eu-north-1/recommender/2026-11-22T13').nullable(),
    chain: z.array(correctionSchema).meta({
      description: 'Corrections of it, or of corrections of it, by their time; those that are parked last',
    }),
  })
  .meta({ id: 'ReceiptCorrections', description: 'The correction chain. All of it has the source of the event' });

const parkedSchema = z
  .object({
    id: text('Parked event, as in `GET /v1/parked`', '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b20'),
    reason: text('Why it was parked, or waits', 'unknown_namespace'),
    detail: z
      .string()
      .nullable()
      .meta({
        examples: ['there is no project with the namespace recommender'],
        description: 'The reason in words; shown to staff',
      }),
    status: z.enum(PARKED_STATUSES),
    parkedAt: time('When it was parked'),
    ageSeconds: count('How long it waits, or waited'),
    tryCount: count('How often it was tried since'),
    triedAt: openTime('When it was tried last'),
    dueAt: openTime('Since when a person wants it to be tried'),
    releasedAt: openTime('When a person decided to count it as it is'),
    resolvedAt: openTime('When it was counted or given up'),
    resolvedBy: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f77'], description: 'Who released it or gave it up; shown to staff' }),
    resolution: z
      .string()
      .nullable()
      .meta({
        examples: ['counted'],
        description: '`counted`; `duplicate` when a copy was counted before; of one given up, why',
      }),
    isSameContent: z.boolean().nullable().meta({
      description: 'Whether it says what the counted copy says; false is a conflict. Null while nothing is counted',
    }),
    event: z.record(z.string(), z.unknown()).nullable().meta({ description: 'As it was parked; shown to staff' }),
  })
  .meta({ id: 'ReceiptParked', description: 'A copy of the event that was parked' });

/** The answer of `GET /v1/events/{id}`. */
export const receiptSchema = z
  .object({
    event: z
      .object({
        id,
        source: source.nullable().meta({ description: 'Source; null for a job that could not be read' }),
        clusterId: clusterId.nullable(),
        clusterName: text('Name of the cluster', 'eu-north-1').nullable(),
        type: type.nullable(),
        windowStartedAt: openTime('Start of the usage window; of a correction, that of what it corrects'),
        windowEndedAt: openTime('End of the usage window; the start, for an event of one instant'),
      })
      .meta({ description: 'Its identity: cluster, source and id' }),
    verdict: z
      .object({
        code: z.enum(VERDICTS).meta({
          description: 'What became of it; `recorded` is a manifest or a report of a project, which are not billed',
        }),
        sentence: sentence('The same', 'Counted once.'),
        conflictCount: count('Copies of this identity that say something else. They are parked and never counted'),
        equalCopyCount: count(
          'Equal copies that were parked before one was counted; others leave no trace but a count',
        ),
      })
      .meta({ id: 'ReceiptVerdict' }),
    received: receivedSchema.nullable(),
    said: saidSchema.nullable(),
    attributions: z.array(attributionSchema).meta({ description: 'Who it was booked for; the last is who has it now' }),
    parts: z.array(partSchema),
    totals: z
      .array(z.object({ meter: text('Meter', 'cpu_hours'), quantity: exactSchema, costExact: exactSchema }))
      .meta({ description: 'The sums of `parts` by meter: what this event itself books' }),
    costExact: exactSchema.meta({ description: 'The sum of all costs in `parts`' }),
    corrections: correctionsSchema,
    parked: z.array(parkedSchema).meta({ description: 'Its copies that were parked, the earliest first' }),
    freshness: freshnessSchema,
  })
  .meta({ id: 'Receipt', description: 'One event from acceptance to statement, as of one moment' });

export type ReceiptView = z.infer<typeof receiptSchema>;
