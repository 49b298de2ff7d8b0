import type { EventReceipt } from '@hopsmeter/db';
import { LEDGER_RETENTION_DAYS } from '@hopsmeter/usage';
import type { ReceiptView } from './schemas.ts';

type Judgement = Pick<ReceiptView['verdict'], 'code' | 'sentence'>;

/** What became of an event, as a code and in words. */
export function judgeEvent(receipt: EventReceipt): Judgement {
  const { recorded, chain, eventKey } = receipt;
  if (recorded === undefined) return judgeParked(receipt);
  if (recorded.type === 'manifest')
    return { code: 'recorded', sentence: 'Recorded, to be compared with what was counted; it is not billed.' };
  if (recorded.type === 'project')
    return { code: 'recorded', sentence: 'Recorded: it says whose project a namespace is; it is not billed.' };
  const own = chain.find((correction) => correction.eventKey === eventKey);
  const inForce = chain.find(({ status }) => status === 'in_force');
  if (own !== undefined)
    return own.status === 'in_force'
      ? { code: 'counted', sentence: 'Counted once; it is the correction that is in force.' }
      : { code: 'superseded', sentence: `Counted, and superseded by the later correction ${inForce?.id ?? ''}.` };
  if (inForce === undefined) return { code: 'counted', sentence: 'Counted once.' };
  return inForce.quantities.length === 0
    ? { code: 'voided', sentence: `Counted once, and made void by the correction ${inForce.id}.` }
    : { code: 'corrected', sentence: `Counted once, and replaced by what the correction ${inForce.id} says.` };
}

function judgeParked({ parked }: EventReceipt): Judgement {
  const waiting = parked.find(({ status }) => status === 'pending');
  if (waiting !== undefined)
    return { code: 'parked', sentence: `Not counted yet. It waits (${waiting.reason}): ${waiting.detail}.` };
  const ignored = parked.find(({ status }) => status === 'ignored');
  if (ignored !== undefined) return { code: 'ignored', sentence: `Not counted: ${ignored.detail}.` };
  const givenUp = parked.find(({ status }) => status === 'given_up');
  if (givenUp !== undefined) {
    const { resolvedBy, resolution } = givenUp;
    return { code: 'given_up', sentence: `Given up by ${resolvedBy ?? 'nobody'}: ${resolution ?? ''}.` };
  }
  const sentence = `Counted once. The ledger has forgotten it since: it reaches back ${LEDGER_RETENTION_DAYS} days.`;
  return { code: 'counted', sentence };
}
