import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { type EventQuery, type FoundEvent, findEvents } from './find-event.ts';
import { type EventArrival, readArrival } from './read-arrival.ts';
import { type EventAttribution, readAttributions } from './read-attributions.ts';
import { type ChainCorrection, readChain } from './read-chain.ts';
import {
  type ParkedCopy,
  type RecordedEvent,
  type ReportedQuantity,
  readParkedCopies,
  readRecordedEvent,
  readReportedQuantities,
} from './read-copies.ts';
import { type EventPart, readParts } from './read-parts.ts';

/** Everything that is known of one event, as of one moment. */
export type EventReceipt = FoundEvent & {
  /** What is counted or recorded under its identity; undefined for what is only parked. */
  readonly recorded: RecordedEvent | undefined;
  /** Its copies that were parked, the earliest first; those of other contents too. */
  readonly parked: readonly ParkedCopy[];
  /** Copies under the same identity that say something else; they are counted whoever asks. */
  readonly conflictCount: number;
  readonly clusterName: string | undefined;
  readonly arrival: EventArrival | undefined;
  /** What it said, as far as the ledger keeps it; other types say theirs elsewhere. */
  readonly reported: readonly ReportedQuantity[];
  readonly attributions: readonly EventAttribution[];
  readonly parts: readonly EventPart[];
  readonly chain: readonly ChainCorrection[];
};

/** The receipt; or the sources to choose from, when several events have that id. */
export type ReceiptAnswer = { readonly receipt: EventReceipt } | { readonly sources: readonly string[] };

/** What a cluster is called. Parameters: $1 cluster. */
const READ_CLUSTER_NAME = 'select name from hopsmeter.hopsworks_clusters where id = $1::uuid';

/**
 * Reads all that is known of an event, from its arrival to the statements that it is on: a dozen look-ups by key in one
 * snapshot, so that no two of them can disagree.
 *
 * With `accountOwnerId` only events are found that are booked, or were booked, for that account, and of these only the
 * rows of that account: what moved to another account is booked there and shown there. The parked copies are those that
 * say what was counted; another content may be somebody else's.
 *
 * @returns undefined when there is no such event, or none that may be seen.
 */
export function readReceipt(pool: Pool, query: EventQuery): Promise<ReceiptAnswer | undefined> {
  return inSnapshot(pool, async (snapshot) => {
    const [found, ...others] = await findEvents(snapshot, query);
    if (found === undefined) return undefined;
    if (others.length > 0) return { sources: [found, ...others].flatMap(({ source }) => source ?? []) };
    return { receipt: await readFound(snapshot, found, query.accountOwnerId) };
  });
}

async function readFound(
  snapshot: Query,
  found: FoundEvent,
  accountOwnerId: string | undefined,
): Promise<EventReceipt> {
  const { eventKey } = found;
  // One after the other: they share a connection.
  const recorded = await readRecordedEvent(snapshot, eventKey);
  const copies = await readParkedCopies(snapshot, eventKey);
  const equal = copies.filter(({ contentHash }) => contentHash === recorded?.contentHash);
  const parked = accountOwnerId === undefined ? copies : equal;
  const place = placeOf(recorded) ?? (recorded === undefined ? copies[0] : equal[0]);
  const clusterId = recorded?.clusterId ?? copies[0]?.clusterId ?? undefined;
  // What is counted knows its chain by itself.
  const waiting = recorded === undefined ? copies.find(({ replacesKey }) => replacesKey !== null) : undefined;
  return {
    ...found,
    recorded,
    parked,
    conflictCount: copies.filter(({ contentHash, reason }) =>
      recorded === undefined ? reason === 'conflict' : contentHash !== recorded.contentHash,
    ).length,
    clusterName: clusterId === undefined ? undefined : await readClusterName(snapshot, clusterId),
    arrival: place === undefined ? undefined : await readArrival(snapshot, place),
    reported: await readReportedQuantities(snapshot, eventKey),
    attributions: await readAttributions(snapshot, eventKey, accountOwnerId),
    parts: await readParts(snapshot, eventKey, accountOwnerId),
    chain: await readChain(snapshot, { eventKey, namedKey: waiting?.replacesKey ?? undefined }),
  };
}

function placeOf(recorded: RecordedEvent | undefined) {
  const { usageBatchId = null, position = null } = recorded ?? {};
  return usageBatchId === null || position === null ? undefined : { usageBatchId, position };
}

async function readClusterName({ rowsOf }: Query, clusterId: string): Promise<string | undefined> {
  return (await rowsOf<{ name: string }>(READ_CLUSTER_NAME, [clusterId]))[0]?.name;
}
