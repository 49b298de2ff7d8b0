/**
 * Events as they are kept and sent: their JSON, joined by a comma and a line feed, in UTF-8. Between brackets that is
 * the body of a request, so nothing is parsed or written again on the way from the disk; and as JSON texts hold no line
 * feed, the events can be told apart without parsing either.
 */
export type PackedEvents = { readonly bytes: Buffer; readonly count: number };

const SEPARATOR = Buffer.from(',\n');

/** Most events and bytes of one packet: what a request has by default, and small beside what memory may hold. */
const PACKET_EVENTS_MAX = 1_000;
const PACKET_BYTES_MAX = 512 * 1_024;

/** Packs the JSON of events, in order, in packets of about the size of a request. */
export function packEvents(texts: readonly string[]): readonly PackedEvents[] {
  const packets: PackedEvents[] = [];
  let first = 0;
  let length = 0;
  const close = (end: number): void => {
    if (end > first) packets.push({ bytes: Buffer.from(texts.slice(first, end).join(',\n')), count: end - first });
    first = end;
    length = 0;
  };
  for (const [index, text] of texts.entries()) {
    if (index - first >= PACKET_EVENTS_MAX || (index > first && length + text.length > PACKET_BYTES_MAX)) close(index);
    length += text.length;
  }
  close(texts.length);
  return packets;
}

export function joinPackets(packets: readonly PackedEvents[]): PackedEvents {
  const [first] = packets;
  if (first !== undefined && packets.length === 1) return first;
  const parts = packets.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [SEPARATOR, bytes]));
  return { bytes: Buffer.concat(parts), count: packets.reduce((sum, { count }) => sum + count, 0) };
}

/** The JSON of each event. */
export function unpackEvents({ bytes }: PackedEvents): readonly string[] {
  return bytes.length === 0 ? [] : bytes.toString('utf8').split(',\n');
}

/** The first `count` events, and the others. */
export function splitPacket(events: PackedEvents, count: number): readonly [PackedEvents, PackedEvents] {
  let at = -1;
  for (let found = 0; found < count; found++) at = events.bytes.indexOf(SEPARATOR, at + 1);
  return [
    { bytes: events.bytes.subarray(0, at), count },
    { bytes: events.bytes.subarray(at + SEPARATOR.length), count: events.count - count },
  ];
}
