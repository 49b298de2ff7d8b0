import {
  type EventArrival,
  type EventAttribution,
  type EventPart,
  type EventReceipt,
  parseSource,
} from '@hopsmeter/db';
import { type ExactUnits, parseQuantity, type Quantity, roundExactUnits, toExactUnits } from '@hopsmeter/usage';
import { formatExact } from '../../contract/amounts.ts';
import { judgeEvent } from './judge-event.ts';
import { readSaid } from './read-said.ts';
import type { ReceiptView } from './schemas.ts';
import { explainAttribution, explainPart, explainPrice } from './sentences.ts';

/** To whom it is shown: what is of others, and what people of ours did, is for staff. */
type Audience = { readonly isStaff: boolean };

/** Puts what is known of an event into the words of the answer. */
export function describeReceipt(
  id: string,
  receipt: EventReceipt,
  { isStaff }: Audience,
): Omit<ReceiptView, 'freshness'> {
  const { recorded, arrival, attributions, chain } = receipt;
  const said = readSaid(receipt);
  const parts = receipt.parts.map(describePart);
  const bookings = parts.flatMap((part) => part.bookings);
  return {
    event: { id, ...describeOrigin(receipt), ...said.origin },
    verdict: { ...judgeEvent(receipt), ...countCopies(receipt) },
    received: arrival === undefined ? null : describeArrival(arrival, isStaff),
    said: said.content,
    attributions: attributions.map((attribution) => describeAttribution(attribution, isStaff)),
    parts,
    totals: addUp(bookings),
    costExact: formatExact(bookings.reduce((sum, { costExact }) => sum + parseQuantity(costExact ?? '0'), 0n)),
    corrections: {
      rootId: chain[0]?.rootId ?? null,
      chain: chain.map(({ eventKey: _key, rootId: _root, replacesId, quantities, ...correction }) => ({
        ...correction,
        replaces: replacesId,
        quantities: [...quantities],
      })),
    },
    parked: receipt.parked.map(({ detail, resolvedBy, event, contentHash, ...copy }) => ({
      ...copy,
      detail: isStaff ? detail : null,
      resolvedBy: isStaff ? resolvedBy : null,
      isSameContent: recorded === undefined ? null : contentHash === recorded.contentHash,
      event: isStaff ? event : null,
    })),
  };
}

function describeOrigin({ source, recorded, parked, clusterName }: EventReceipt) {
  const clusterId = recorded?.clusterId ?? parked[0]?.clusterId ?? null;
  const origin = source ?? null;
  return {
    source: origin,
    clusterId: clusterId ?? (origin === null ? undefined : parseSource(origin)?.clusterId) ?? null,
    clusterName: clusterName ?? null,
  };
}

function countCopies({ parked, conflictCount }: EventReceipt) {
  return { conflictCount, equalCopyCount: parked.filter(({ resolution }) => resolution === 'duplicate').length };
}

function describeArrival(arrival: EventArrival, isStaff: boolean): ReceiptView['received'] {
  const { clusterKeyId, clusterKeyPrefix, requestReceivedAt, batchReceivedAt, recordedAt, requestId } = arrival;
  const { enteredBy, batchId, position, eventCount, countedCount, duplicateCount, parkedCount } = arrival;
  const isShown = isStaff && clusterKeyId !== null && clusterKeyPrefix !== null;
  return {
    receivedAt: requestReceivedAt ?? batchReceivedAt,
    recordedAt,
    requestId,
    enteredBy: isStaff ? enteredBy : null,
    clusterKey: isShown ? { id: clusterKeyId, prefix: clusterKeyPrefix } : null,
    batch: { id: batchId, position, eventCount, countedCount, duplicateCount, parkedCount },
  };
}

function describeAttribution(attribution: EventAttribution, isStaff: boolean): ReceiptView['attributions'][number] {
  const { project, userId } = attribution;
  const isShown = isStaff || project?.userId === userId;
  return {
    ...attribution,
    rule: explainAttribution(attribution),
    project: project === null ? null : { ...project, userId: isShown ? project.userId : null },
  };
}

function describePart(part: EventPart): ReceiptView['parts'][number] {
  const { usageDate, bookedOn, accountOwnerId, userId, clusterId, projectId, statement } = part;
  const place = { usageDate, bookedOn, accountOwnerId, userId, clusterId, projectId };
  return {
    ...part,
    why: explainPart(part),
    statement: {
      accountOwnerId,
      month: bookedOn.slice(0, 'YYYY-MM'.length),
      status: statement === null ? 'open' : 'final',
      number: statement?.number ?? null,
      closedAt: statement?.closedAt ?? null,
    },
    bookings: part.bookings.map(({ meter, quantity, quantityExact, costExact, rollup, price }) => ({
      meter,
      quantity,
      quantityExact,
      costExact,
      rollup: rollup === null ? null : { ...place, meter, ...rollup },
      price: price === null ? null : { ...price, sentence: explainPrice(meter, price) },
    })),
  };
}

type Booking = ReceiptView['parts'][number]['bookings'][number];

function addUp(bookings: readonly Booking[]): ReceiptView['totals'] {
  const sums = new Map<string, { quantity: ExactUnits; cost: Quantity }>();
  for (const { meter, quantityExact, costExact } of bookings) {
    const sum = sums.get(meter) ?? { quantity: 0n, cost: 0n };
    sums.set(meter, {
      quantity: sum.quantity + toExactUnits(quantityExact),
      cost: sum.cost + parseQuantity(costExact ?? '0'),
    });
  }
  return [...sums].map(([meter, { quantity, cost }]) => ({
    meter,
    quantity: formatExact(roundExactUnits(quantity)),
    costExact: formatExact(cost),
  }));
}
