import type { EventReceipt } from '@hopsmeter/db';
import { readParkedWords, roundQuantity } from '@hopsmeter/usage';
import { formatExact } from '../../contract/amounts.ts';
import type { ReceiptView } from './schemas.ts';

type Said = {
  readonly origin: Pick<ReceiptView['event'], 'type' | 'windowStartedAt' | 'windowEndedAt'>;
  readonly content: ReceiptView['said'];
};

/**
 * What an event said: in its own words where a copy was parked, else as the ledger keeps it. There the user and the
 * namespace follow from the attribution: the subject is the user that it named, the project has the namespace.
 */
export function readSaid(receipt: EventReceipt): Said {
  const { recorded, parked, chain, eventKey, reported, attributions } = receipt;
  const copy =
    recorded === undefined ? parked[0] : parked.find(({ contentHash }) => contentHash === recorded.contentHash);
  const words = readParkedWords(copy?.event);
  const correction = chain.find((each) => each.eventKey === eventKey);
  const [first] = attributions;
  const origin = {
    type: recorded?.type ?? words.type ?? null,
    windowStartedAt: recorded?.windowStartedAt ?? words.start ?? null,
    windowEndedAt: recorded?.windowEndedAt ?? words.end ?? null,
  };
  // A job that could not be read says nothing that is known.
  if (origin.type === null) return { origin, content: null };
  const sums = Object.entries(words.sums ?? {}).map(([meter, quantity]) => ({ meter, quantity: toExact(quantity) }));
  const usages = words.usages?.map(({ meter, quantity }) => ({ meter, quantity: toExact(quantity) }));
  const isCorrection = origin.type === 'correction';
  const named = isCorrection || first === undefined ? undefined : first;
  const isNamed = named?.attributedBy === 'subject' || named?.attributedBy === 'alias';
  return {
    origin,
    content: {
      subject: words.subject ?? (isNamed ? named.userId : null),
      namespace: words.namespace ?? named?.project?.namespace ?? null,
      quantities: [...(correction?.quantities ?? usages ?? (sums.length > 0 ? sums : reported))],
      replaces: words.replaces ?? correction?.replacesId ?? null,
      reason: words.reason ?? correction?.reason ?? null,
    },
  };
}

function toExact(text: string): string {
  return formatExact(roundQuantity(text));
}
