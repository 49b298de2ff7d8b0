import type { AttributedBy } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { instantText } from '../sql/instant.ts';
import { isWithin, overlaps } from '../sql/period.ts';

/**
 * For whom an event is booked, one row for each account, user and project, the one that has it now last; with the
 * project, how many users had its namespace in the window of the usage and for how long its own did, and the ownership
 * that was in force when the window began, as the directory knows it now.
 *
 * Parameters: $1 event key, $2 the only account whose rows are read, or NULL. With an account, an ownership of another
 * one is left out: whose user somebody is now is nobody else's business. Every look-up is by key.
 */
const READ_ATTRIBUTIONS = `
with who as (
  select
    account_owner_id, user_id, project_id, attributed_by, window_started_at,
    greatest(window_ended_at, window_started_at + interval '1 microsecond') as window_ended_at, max(part) as last_part
  from hopsmeter.usage_events
  where event_key = $1::uuid and ($2::text is null or account_owner_id = $2)
  group by account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at
)
select
  who.account_owner_id as "accountOwnerId", coalesce(payers.name, payers.email) as "accountName",
  who.user_id as "userId", coalesce(people.name, people.email) as "userName", who.project_id as "projectId",
  who.attributed_by as "attributedBy",
  case when spaces.id is not null then jsonb_build_object(
    'namespace', spaces.namespace, 'userId', spaces.user_id, 'startedAt', ${instantText('spaces.started_at')},
    'endedAt', ${instantText('spaces.ended_at')}, 'userCount', shares.user_count,
    'heldSeconds', trim_scale(extract(epoch from shares.held))::text,
    'windowSeconds', trim_scale(extract(epoch from window_ended_at - window_started_at))::text
  ) end as project,
  case when ownership.id is not null then jsonb_build_object(
    'accountOwnerId', ownership.account_owner_id, 'startedAt', ${instantText('ownership.started_at')},
    'endedAt', ${instantText('ownership.ended_at')}
  ) end as ownership,
  who.last_part = (select max(part) from hopsmeter.usage_events where event_key = $1::uuid) as "isCurrent"
from who
left join hopsmeter.users as payers on payers.id = who.account_owner_id
left join hopsmeter.users as people on people.id = who.user_id
left join hopsmeter.projects as spaces on spaces.id = who.project_id
left join lateral (
  select
    count(distinct user_id)::integer as user_count,
    coalesce(
      sum(least(ended_at, window_ended_at) - greatest(started_at, window_started_at))
        filter (where user_id = spaces.user_id),
      interval '0'
    ) as held
  from hopsmeter.projects
  where projects.hopsworks_cluster_id = spaces.hopsworks_cluster_id and projects.namespace = spaces.namespace
    and ${overlaps('projects', 'window_started_at', 'window_ended_at')}
) as shares on true
left join hopsmeter.account_ownerships as ownership on ownership.user_id = who.user_id
  and ${isWithin('who.window_started_at', 'ownership')}
  and ($2::text is null or ownership.account_owner_id = $2)
order by who.last_part
`;

/** A period of the directory: RFC 3339, null where it is open. */
export type DirectoryPeriod = { readonly startedAt: string | null; readonly endedAt: string | null };

/** The project of a namespace, and what of the usage window it was its user's. */
export type AttributedProject = DirectoryPeriod & {
  readonly namespace: string;
  readonly userId: string;
  /** Users who had the namespace in some part of the window. */
  readonly userCount: number;
  /** Decimal texts. An instant counts as a microsecond. */
  readonly heldSeconds: string;
  readonly windowSeconds: string;
};

/** Who used it and who pays, and the facts that decided. */
export type EventAttribution = {
  readonly accountOwnerId: string;
  readonly accountName: string | null;
  readonly userId: string;
  readonly userName: string | null;
  readonly projectId: string | null;
  /** What of the event named the user. */
  readonly attributedBy: AttributedBy;
  readonly project: AttributedProject | null;
  readonly ownership: (DirectoryPeriod & { readonly accountOwnerId: string }) | null;
  /** Whether the usage belongs to them now. */
  readonly isCurrent: boolean;
};

/** Reads with {@link READ_ATTRIBUTIONS}. */
export function readAttributions(
  { rowsOf }: Query,
  eventKey: string,
  accountOwnerId: string | undefined,
): Promise<readonly EventAttribution[]> {
  return rowsOf<EventAttribution>(READ_ATTRIBUTIONS, [eventKey, accountOwnerId ?? null]);
}
