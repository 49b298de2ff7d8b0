import { type Micros, parseTime } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { instantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { parkedInstant } from '../sql/parked-event.ts';
import { isWithin } from '../sql/period.ts';
import type { BookedSum } from './usage-difference.ts';

/**
 * The event that a chain of corrections is about, with whom its usage belongs to now, and the greatest time of its
 * corrections, also of those that wait.
 *
 * Parameters: $1 key of the event or of one of its corrections. Every look-up is by key. The directory must be held.
 */
const READ_ORIGINAL = `
with root as (
  select coalesce((select root_event_key from hopsmeter.corrections where event_key = $1::uuid), $1::uuid) as key
),
last as (
  select * from hopsmeter.usage_events where event_key = (select key from root) order by part desc limit 1
)
select
  last.event_key::text as "rootKey", last.event_type as type, last.user_id as "userId", last.project_id as "projectId",
  coalesce((
    select ownership.account_owner_id from hopsmeter.account_ownerships as ownership
    where ownership.user_id = last.user_id and ${isWithin('last.window_started_at', 'ownership')}
  ), last.account_owner_id) as "accountOwnerId",
  ${instantText('last.window_started_at')} as start, ${instantText('last.window_ended_at')} as "end",
  ${instantText(`(
    select max(corrected_at) from (
      select corrected_at from hopsmeter.corrections where root_event_key = last.event_key
      union all
      select ${parkedInstant('correctedAt')} from hopsmeter.parked_events
      where status = 'pending' and replaces_key in (
        select last.event_key
        union all
        select event_key from hopsmeter.corrections where root_event_key = last.event_key
      )
    ) as times
  )`)} as "correctedAt"
from last
`;

/** What a chain books in sum, by account, day and meter. Parameters: $1 key of its root. */
const READ_BOOKED = `
select
  account_owner_id as "accountOwnerId", usage_date::text as "usageDate", used.meter,
  ${roundedQuantity('sum(used.quantity)')}::text as quantity
from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
where event_key = $1::uuid
  or event_key = any(array(select event_key from hopsmeter.corrections where root_event_key = $1::uuid))
group by account_owner_id, usage_date, used.meter
order by account_owner_id, usage_date, used.meter
`;

/** An event that is counted, with all that corrects it. */
export type BookedChain = {
  readonly rootKey: string;
  readonly type: string;
  /** Whom the usage belongs to now. */
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly start: Micros;
  readonly end: Micros;
  /** The greatest time of its corrections. */
  readonly correctedAt: Micros | undefined;
  readonly booked: readonly BookedSum[];
};

type Row = Pick<BookedChain, 'rootKey' | 'type' | 'accountOwnerId' | 'userId'> & {
  readonly projectId: string | null;
  readonly start: string;
  readonly end: string;
  readonly correctedAt: string | null;
};

/** Reads what is counted under an event key; undefined when nothing is. */
export async function readBookedChain(
  { rowsOf }: AuditedTransaction,
  eventKey: string,
): Promise<BookedChain | undefined> {
  const [row] = await rowsOf<Row>(READ_ORIGINAL, [eventKey]);
  if (row === undefined) return undefined;
  const { projectId, start, end, correctedAt, ...original } = row;
  return {
    ...original,
    projectId: projectId ?? undefined,
    start: readTime(start),
    end: readTime(end),
    correctedAt: correctedAt === null ? undefined : readTime(correctedAt),
    booked: await rowsOf<BookedSum>(READ_BOOKED, [row.rootKey]),
  };
}

function readTime(text: string): Micros {
  const time = parseTime(text);
  if (time === undefined) throw new RangeError(`${text} is no time`);
  return time;
}
