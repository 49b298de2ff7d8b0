import type { TakenEvent } from '@hopsmeter/usage';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.ts';
import type { Query } from '../connection/query.ts';
import { holderOf } from './holder.ts';

/**
 * The events that corrections are about, through whatever they name. A counted correction knows its root; what the
 * ledger holds otherwise is usage and ends the way; a correction that is parked leads on to what it names, whatever
 * became of it.
 *
 * Parameters: $1 ids of parked corrections. A hundred steps: corrections that name each other in a circle wait for
 * ever.
 */
const FIND_ROOTS = `
with recursive named (id, key, depth) as (
  select id, replaces_key, 0 from hopsmeter.parked_events
  where id = any($1::uuid[]) and status = 'pending' and deferred = 'correction'
  union all
  select named.id, next.key, named.depth + 1
  from named
  cross join lateral (
    select coalesce(
      (select root_event_key from hopsmeter.corrections where event_key = named.key),
      (select replaces_key from (${holderOf('named.key')}) as holder)) as key
  ) as next
  where named.depth < 100 and next.key is not null
)
select distinct on (id) id, key::text as root from named order by id, depth desc
`;

/**
 * Holds chains until the transaction ends, so that one worker at a time settles corrections of an event. A lock is the
 * first 32 bits of the key: two events that share one wait for each other, no more. Taken in ascending order, before
 * any other lock, so nobody waits in a circle.
 *
 * Parameters: $1 root keys.
 */
const LOCK_CHAINS = `
select pg_advisory_xact_lock(${ADVISORY_LOCKS.chains}, place)
from (
  select distinct ('x' || left(root::text, 8))::bit(32)::integer as place from unnest($1::uuid[]) as root order by place
) as places
`;

/**
 * Takes all that waits of chains: corrections of the root and of its corrections, and the root itself where it is
 * parked as implausible. Locks their rows; those that somebody else has taken are passed over and told as not taken.
 *
 * What waits for a person (a conflict, or what Postgres refused) is taken only when a person asked for it.
 *
 * Parameters: $1 root keys, $2 ids of corrections that are taken in any case and $3 their roots, in the same order. The
 * chains must be locked. Nobody waits for these rows while holding a lock that is taken after them, see
 * record/record-batch-statement.ts.
 */
const TAKE_CHAINS = `
with recursive members (root, key, id, leads_on) as (
  select root, root, null::uuid, true from unnest($1::uuid[]) as root
  union
  select members.root, next.key, next.id, next.leads_on
  from members
  cross join lateral (
    select event_key as key, null::uuid as id, true as leads_on from hopsmeter.corrections
      where root_event_key = members.key
    union all
    select event_key, id, id in (select id from (${holderOf('named.event_key')}) as holder)
    from hopsmeter.parked_events as named where replaces_key = members.key
  ) as next
  where members.leads_on
),
named as (
  select id, root, 0 as place from unnest($2::uuid[], $3::uuid[]) as asked (id, root)
  union all
  select id, root, 1 from members where id is not null
),
wanted as materialized (
  -- Once, and where it was asked for: in a circle of names every correction is a member of every root.
  select distinct on (parked.id) named.root, parked.*
  from named join hopsmeter.parked_events as parked on parked.id = named.id
  where status = 'pending' and (reason not in ('conflict', 'uncountable') or due_at is not null)
  order by parked.id, named.place
),
originals as materialized (
  select root, parked.* from unnest($1::uuid[]) as root
    join hopsmeter.parked_events as parked on parked.event_key = root
  where status = 'pending' and reason = 'implausible' and deferred is null
),
chains as materialized (select * from wanted union all select * from originals),
taken as materialized (
  select id from hopsmeter.parked_events
  where id in (select id from chains) and status = 'pending'
  order by id
  for update skip locked
)
select
  id, root::text as "rootKey", event_key::text as "eventKey", content_hash::text as "contentHash",
  hopsworks_cluster_id as "clusterId", released_at is not null as "isReleased", event, deferred is null as "isOriginal",
  hopsmeter.counted_content_hash(event_key)::text as "countedHash",
  id = coalesce((select holder.id from (${holderOf('chains.event_key')}) as holder), id) as "hasIdentity",
  id in (select id from taken) as "isTaken"
from chains
order by reason = 'conflict', parked_at, id
`;

/** A parked event of a chain. */
export type ChainMember = TakenEvent & {
  readonly rootKey: string;
  /** What the corrections are about, rather than one of them. */
  readonly isOriginal: boolean;
  /** What the ledger holds under its identity. */
  readonly countedHash: bigint | undefined;
  /** Whether no other content that is parked has the identity. */
  readonly hasIdentity: boolean;
};

type Row = Omit<ChainMember, 'contentHash' | 'clusterId' | 'countedHash'> & {
  readonly contentHash: string;
  readonly clusterId: string | null;
  readonly countedHash: string | null;
  readonly isTaken: boolean;
};

/** What could be taken of chains, and whether somebody else has some of it. */
export type TakenChains = {
  readonly rootKeys: readonly string[];
  readonly members: readonly ChainMember[];
  readonly isIncomplete: boolean;
};

/** Locks and takes the chains of parked corrections, within a transaction. */
export async function takeChains({ rowsOf }: Query, ids: readonly string[]): Promise<TakenChains> {
  const found = await rowsOf<{ id: string; root: string }>(FIND_ROOTS, [ids]);
  const rootKeys = [...new Set(found.map(({ root }) => root))];
  if (rootKeys.length === 0) return { rootKeys, members: [], isIncomplete: false };
  await rowsOf(LOCK_CHAINS, [rootKeys]);
  const rows = await rowsOf<Row>(TAKE_CHAINS, [rootKeys, found.map(({ id }) => id), found.map(({ root }) => root)]);
  const members = rows
    .filter(({ isTaken }) => isTaken)
    .map(({ contentHash, clusterId, countedHash, isTaken, ...row }) => ({
      ...row,
      contentHash: BigInt(contentHash),
      clusterId: clusterId ?? undefined,
      countedHash: countedHash === null ? undefined : BigInt(countedHash),
    }));
  return { rootKeys, members, isIncomplete: members.length < rows.length };
}
