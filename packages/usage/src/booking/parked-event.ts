import { z } from 'zod';
import type { CorrectionEvent, ProjectEvent, ReportedEvent, Usage, UsageEvent, UsageType } from '../event.ts';
import { type ExactQuantity, formatExactUnits, toExactUnits } from '../exact-quantity.ts';
import { formatTime, parseTime } from '../time.ts';

/**
 * A parked event is kept as JSON: everything that counting it later needs, in words a person reads. This file alone
 * writes and reads that form; what SQL reads of it, packages/db takes by the names of {@link ParkedEventField}.
 */

const USAGE_TYPES = ['compute', 'storage', 'network', 'meter'] as const satisfies readonly UsageType[];

const timeSchema = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'expected an RFC 3339 time' });
  return z.NEVER;
});

const quantitySchema = z.string().transform((text, context): ExactQuantity => {
  try {
    return formatExactUnits(toExactUnits(text));
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'expected a decimal' });
    return z.NEVER;
  }
});

const usagesSchema = z.array(z.object({ meter: z.string(), quantity: quantitySchema }));

const parkedUsageSchema = z.object({
  id: z.string(),
  sourcePath: z.string(),
  type: z.enum(USAGE_TYPES),
  subject: z.string().optional(),
  namespace: z.string().optional(),
  gpuModel: z.string().optional(),
  start: timeSchema,
  end: timeSchema,
  usages: usagesSchema,
});

const parkedCorrectionSchema = z.object({
  id: z.string(),
  sourcePath: z.string(),
  type: z.literal('correction'),
  replaces: z.string(),
  correctedAt: timeSchema,
  usages: usagesSchema,
  reason: z.string().optional(),
});

type ParkedUsage = z.input<typeof parkedUsageSchema>;

/** With the key of the event that it names, because the name may have been made storable. Only SQL reads it. */
type ParkedCorrection = z.input<typeof parkedCorrectionSchema> & { readonly replacesKey?: string | undefined };

/** Only SQL reads it, see `record-manifests.ts`. */
type ParkedManifest = {
  readonly id: string;
  readonly sourcePath: string;
  readonly type: 'manifest';
  readonly start: string;
  readonly end: string;
  readonly eventCount: number;
  readonly sums: Readonly<Record<string, string>>;
  readonly missing?: string | undefined;
};

/** Only SQL reads it, see `record-report.ts`. */
type ParkedProject = Omit<ProjectEvent, 'reportedAt' | 'createdAt' | 'endedAt'> & {
  readonly reportedAt: string;
  readonly createdAt: string;
  readonly endedAt?: string | undefined;
};

/** A parked event of any type. */
type ParkedEvent = ParkedUsage | ParkedCorrection | ParkedManifest | ParkedProject;

/** A field of some parked event. */
export type ParkedEventField = FieldOf<ParkedEvent>;

/** Of a union the fields of all its members. */
type FieldOf<T> = T extends unknown ? keyof T : never;

/**
 * Writes an event as it is parked.
 *
 * @param replacesKey of a correction: the key of the event that it names.
 */
export function writeParkedEvent(event: ReportedEvent, replacesKey?: string | undefined): string {
  return JSON.stringify(toParked(event, replacesKey));
}

function toParked(event: ReportedEvent, replacesKey: string | undefined): ParkedEvent {
  const { id, sourcePath } = event;
  switch (event.type) {
    case 'correction': {
      const { type, replaces, usages, reason } = event;
      const correctedAt = formatTime(event.correctedAt);
      return { id, sourcePath, type, replaces, replacesKey, correctedAt, usages: usages.map(toParkedUsage), reason };
    }
    case 'manifest': {
      const { type, start, end, eventCount, missing } = event;
      const sums = Object.fromEntries(event.sums.map(({ meter, quantity }) => [meter, quantity]));
      return { id, sourcePath, type, start: formatTime(start), end: formatTime(end), eventCount, sums, missing };
    }
    case 'project': {
      const { reportedAt, createdAt, endedAt } = event;
      const times = { reportedAt: formatTime(reportedAt), createdAt: formatTime(createdAt) };
      return { ...event, ...times, endedAt: endedAt === undefined ? undefined : formatTime(endedAt) };
    }
    default: {
      const { type, subject, namespace, gpuModel, start, end, usages } = event;
      const window = { start: formatTime(start), end: formatTime(end) };
      return { id, sourcePath, type, subject, namespace, gpuModel, ...window, usages: usages.map(toParkedUsage) };
    }
  }
}

function toParkedUsage({ meter, quantity }: Usage): Usage {
  return { meter, quantity };
}

/** Writes the payload of a job that nobody can read: jsonb takes neither NUL nor lone surrogates. */
export function writeUnreadable(payload: string): string {
  const isStorable = payload.isWellFormed() && !payload.includes('\0');
  return JSON.stringify(
    isStorable ? { payload } : { payloadBase64: Buffer.from(payload, 'utf16le').toString('base64') },
  );
}

/**
 * Reads parked usage, after Postgres kept it as JSON.
 *
 * @returns `undefined` for anything else, such as a correction or the payload of a job that nobody could read.
 */
export function readParkedUsage(value: unknown): UsageEvent | undefined {
  const { success, data } = parkedUsageSchema.safeParse(value);
  if (!success) return undefined;
  const { subject, namespace, gpuModel, ...event } = data;
  return { ...event, subject, namespace, gpuModel };
}

/**
 * Reads a parked correction.
 *
 * @returns `undefined` for anything else.
 */
export function readParkedCorrection(value: unknown): CorrectionEvent | undefined {
  const { success, data } = parkedCorrectionSchema.safeParse(value);
  return success ? { ...data, reason: data.reason } : undefined;
}

const wordsSchema = z.object({
  type: z.string().optional(),
  subject: z.string().optional(),
  namespace: z.string().optional(),
  start: z.string().refine(isTime).optional(),
  end: z.string().refine(isTime).optional(),
  usages: z.array(z.object({ meter: z.string(), quantity: z.string() })).optional(),
  sums: z.record(z.string(), z.string()).optional(),
  replaces: z.string().optional(),
  reason: z.string().optional(),
});

/** What a parked event says, to be shown. Times are RFC 3339. */
export type ParkedWords = z.infer<typeof wordsSchema>;

/** Reads what a parked event of any type says, to be shown. What could not be read as an event says nothing. */
export function readParkedWords(value: unknown): ParkedWords {
  return wordsSchema.safeParse(value).data ?? {};
}

function isTime(text: string): boolean {
  return parseTime(text) !== undefined;
}
