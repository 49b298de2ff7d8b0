import type { PackedEvents } from '../events/packed-events.ts';
import { endOf, type LogPlace, type Segment } from './segment.ts';
import { openSegmentReader, type SegmentReader } from './segment-reader.ts';

/** What comes next in a log: events, or bytes that are none. Both say where they end. */
export type LogPart =
  | { readonly kind: 'block'; readonly events: PackedEvents; readonly writtenAt: number; readonly end: LogPlace }
  | {
      readonly kind: 'damaged';
      readonly segment: Segment;
      readonly start: number;
      readonly bytes: Buffer;
      /** Whether a write that was cut off looks like this. */
      readonly isTorn: boolean;
      readonly end: LogPlace;
    };

/** Reads a log from a place on, over the ends of its segments. */
export type LogCursor = {
  /** The next part, which stays the next one until it is taken; `undefined` when there is none so far. */
  peek(): Promise<LogPart | undefined>;
  take(part: LogPart): void;
  /** Up to where parts were taken. */
  place(): LogPlace;
  close(): Promise<void>;
};

export function createLogCursor(segments: readonly Segment[], from: LogPlace): LogCursor {
  let place = from;
  let next: LogPart | undefined;
  let reader: SegmentReader | undefined;

  const readerOf = async (segment: Segment): Promise<SegmentReader> => {
    if (reader?.segment === segment) return reader;
    await reader?.close();
    reader = undefined;
    reader = await openSegmentReader(segment, place - segment.base);
    return reader;
  };

  return {
    async peek() {
      if (next !== undefined) return next;
      const segment = segments.find((each) => place < endOf(each));
      if (segment === undefined) return undefined;
      const from = await readerOf(segment);
      const part = await from.next();
      if (part === undefined) return undefined;
      const end = segment.base + part.end;
      if (part.kind === 'block') {
        next = { kind: 'block', events: part.events, writtenAt: part.writtenAt, end };
      } else {
        const { start } = part;
        const isTorn = segment.isOld && part.end === segment.size;
        next = { kind: 'damaged', segment, start, bytes: await from.read(start, part.end), isTorn, end };
      }
      return next;
    },
    take({ end }) {
      place = end;
      next = undefined;
    },
    place: () => place,
    close: async () => reader?.close(),
  };
}
