import type { EventReceipt } from '@hopsmeter/db';
import { parseTime, roundQuantity } from '@hopsmeter/usage';
import { z } from 'zod';
import { formatExact } from '../../contract/amounts.ts';
import type { ReceiptView } from './schemas.ts';

const quantitySchema = z.object({ meter: z.string(), quantity: z.string().transform(toExact) });

/** What a worker writes of an event that it parks; what could not be read as an event has none of it. */
const parkedSchema = z.object({
  type: z.string().optional(),
  subject: z.string().optional(),
  namespace: z.string().optional(),
  start: z.string().refine(isTime).optional(),
  end: z.string().refine(isTime).optional(),
  usages: z.array(quantitySchema).optional(),
  sums: z.record(z.string(), z.string().transform(toExact)).optional(),
  replaces: z.string().optional(),
  reason: z.string().optional(),
});

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
  const words = parkedSchema.safeParse(copy?.event ?? {}).data;
  const correction = chain.find((each) => each.eventKey === eventKey);
  const [first] = attributions;
  const origin = {
    type: recorded?.type ?? words?.type ?? null,
    windowStartedAt: recorded?.windowStartedAt ?? words?.start ?? null,
    windowEndedAt: recorded?.windowEndedAt ?? words?.end ?? null,
  };
  // A job that could not be read says nothing that is known.
  if (origin.type === null) return { origin, content: null };
  const sums = Object.entries(words?.sums ?? {}).map(([meter, quantity]) => ({ meter, quantity }));
  const isCorrection = origin.type === 'correction';
  const named = isCorrection || first === undefined ? undefined : first;
  return {
    origin,
    content: {
      subject: words?.subject ?? (named?.attributedBy === 'subject' ? named.userId : null),
      namespace: words?.namespace ?? named?.project?.namespace ?? null,
      quantities: [...(correction?.quantities ?? words?.usages ?? (sums.length > 0 ? sums : reported))],
      replaces: words?.replaces ?? correction?.replacesId ?? null,
      reason: words?.reason ?? correction?.reason ?? null,
    },
  };
}

function toExact(text: string): string {
  return formatExact(roundQuantity(text));
}

function isTime(text: string): boolean {
  return parseTime(text) !== undefined;
}
