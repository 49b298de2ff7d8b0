import type { TakenEvent } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { IS_RESTED, inTurns, LACKS_DIRECTORY } from './in-turns.ts';

const COLUMNS = `
  id, event_key::text as "eventKey", content_hash::text as "contentHash", hopsworks_cluster_id as "clusterId",
  released_at is not null as "isReleased", event
`;

/**
 * Takes parked usage to try it again, and locks its rows until the transaction ends. Rows that somebody else has
 * taken are passed over, so several workers share the work and never do the same twice. What is deferred is
 * settled in its own way, see corrections/ and project-reports/.
 */

/** Those that a person asked for, the longest asked first, clusters in turns. Parameters: $1 most rows. */
const TAKE_DUE = `
select ${COLUMNS} from hopsmeter.parked_events
where status = 'pending' and id in (
  ${inTurns({
    listed: 'due_at is not null and deferred is null',
    isReady: 'due_at <= now()',
    order: 'due_at, id',
    limit: '$1',
  })}
)
order by due_at, id
for update skip locked
`;

/**
 * Those that a change of the directory may have made countable, clusters in turns: parked for what the directory
 * lacked, and not tried with this version. The reasons are those of the index that this reads, in its order.
 *
 * Parameters: $1 version of the directory, $2 most rows.
 */
const TAKE_CHANGED = `
select ${COLUMNS} from hopsmeter.parked_events
where status = 'pending' and id in (
  ${inTurns({
    listed: LACKS_DIRECTORY,
    isReady: `deferred is null and tried_version < $1::bigint and ${IS_RESTED}`,
    order: 'tried_version, parked_at, id',
    limit: '$2',
  })}
)
order by tried_version, parked_at, id
for update skip locked
`;

/** Those with the ids $1. */
const TAKE_THESE = `
select ${COLUMNS} from hopsmeter.parked_events
where id = any($1::uuid[]) and status = 'pending'
order by parked_at, id
for update skip locked
`;

/** Which parked events to try: asked for by a person, concerned by a new version of the directory, or named. */
export type ParkedChoice =
  | { readonly kind: 'due'; readonly limit: number }
  | { readonly kind: 'changed'; readonly limit: number; readonly directoryVersion: string }
  | { readonly kind: 'these'; readonly ids: readonly string[] };

type Row = Omit<TakenEvent, 'contentHash' | 'clusterId'> & {
  readonly contentHash: string;
  readonly clusterId: string | null;
};

/** Takes parked events within a transaction. */
export async function takeParked({ rowsOf }: Query, choice: ParkedChoice): Promise<readonly TakenEvent[]> {
  const rows = await rowsOf<Row>(...statementOf(choice));
  return rows.map(({ contentHash, clusterId, ...row }) => ({
    ...row,
    contentHash: BigInt(contentHash),
    clusterId: clusterId ?? undefined,
  }));
}

function statementOf(choice: ParkedChoice): [sql: string, parameters: unknown[]] {
  if (choice.kind === 'due') return [TAKE_DUE, [choice.limit]];
  if (choice.kind === 'changed') return [TAKE_CHANGED, [choice.directoryVersion, choice.limit]];
  return [TAKE_THESE, [choice.ids]];
}
