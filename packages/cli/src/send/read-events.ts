import { createInterface } from 'node:readline';
import type { CloudEvent } from '@hopsmeter/client';
import { CLUSTER_SOURCE_PREFIX } from '@hopsmeter/usage';
import { z } from 'zod';

/** What a line has to be before it is worth sending; whether it is usage is for ingest to say. */
const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  time: z.string().optional(),
  subject: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});

/** A line of the file that is an event, or is none and why. */
export type ReadLine =
  | { readonly number: number; readonly bytes: number; readonly event: CloudEvent }
  | { readonly number: number; readonly bytes: number; readonly text: string; readonly detail: string };

/** Reads events, one in a line, without ever having more than a few lines in memory. Empty lines are passed over. */
export async function* readEvents(input: NodeJS.ReadableStream): AsyncGenerator<ReadLine> {
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const bytes = Buffer.byteLength(text) + 1;
    if (text.trim() === '') continue;
    const event = parseEvent(text);
    yield typeof event === 'string' ? { number, bytes, text, detail: event } : { number, bytes, event };
  }
}

function parseEvent(text: string): CloudEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { data, error } = eventSchema.safeParse(value);
  if (error === undefined) {
    const { time, subject, ...event } = data;
    return { ...event, ...(time === undefined ? {} : { time }), ...(subject === undefined ? {} : { subject }) };
  }
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the line'}: ${issue?.message}`;
}

/** The cluster that an event is of; `undefined` when its source is none. */
export function clusterOf({ source }: CloudEvent): string | undefined {
  if (!source.startsWith(CLUSTER_SOURCE_PREFIX)) return undefined;
  return /^[\w.-]+/.exec(source.slice(CLUSTER_SOURCE_PREFIX.length))?.[0];
}
