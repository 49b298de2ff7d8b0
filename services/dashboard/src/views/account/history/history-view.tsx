import { Link } from 'wouter';
import * as z from 'zod/mini';
import { addresses } from '../../../address/addresses.ts';
import { useApiPages } from '../../../api/client.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Time } from '../../../parts/day.tsx';
import { MoreButton } from '../../../parts/more-button.tsx';
import { AccountSections, useAccount } from '../account-sections.tsx';
import { describeEntry } from './describe-entry.ts';

const entrySchema = z.object({
  id: z.string(),
  happenedAt: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  action: z.string(),
  entity: z.string(),
  entityId: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.nullable(z.string()),
});

type Entry = z.output<typeof entrySchema>;

/** `GET /v1/audit-log` */
const auditLogSchema = z.object({ entries: z.array(entrySchema), nextCursor: z.optional(z.string()) });

const COLUMNS: readonly Column<Entry>[] = [
  { key: 'when', heading: 'When', isRowHeader: true, render: ({ happenedAt }) => <Time time={happenedAt} /> },
  {
    key: 'what',
    heading: 'What',
    render: (entry) => (
      <>
        {sayAction(entry.action)}
        <span className="account-note quiet">{describeEntry(entry)}</span>
      </>
    ),
  },
  { key: 'reason', heading: 'Reason', render: ({ reason }) => reason ?? '–' },
  {
    key: 'who',
    heading: 'Who',
    render: ({ actorKind, actorId }) => (
      <>
        {actorId}
        <span className="account-note quiet">{actorKind}</span>
      </>
    ),
  },
];

/** What was changed about the account, by whom and why. */
export function AccountHistoryView({ id }: { readonly id: string }) {
  const account = useAccount(id);
  const log = useApiPages('/v1/audit-log', { account: id }, auditLogSchema);
  return (
    <>
      <AccountSections id={id} account={account} current="account-history" />
      <section className="card" aria-labelledby="account-history">
        <div className="card-head">
          <h2 id="account-history">Notes of the audit log</h2>
          <Link href={addresses.auditLog({ account: id })}>Open in the audit log</Link>
        </div>
        <Answer of={log} label="Loading the history">
          {({ pages }) => (
            <DataTable
              caption="Changes of the account"
              columns={COLUMNS}
              rows={pages.flatMap(({ entries }) => entries)}
              rowKey={(entry) => entry.id}
              empty="Nothing about this account has been changed yet."
            />
          )}
        </Answer>
        <MoreButton of={log} text="Show earlier changes" />
      </section>
    </>
  );
}

/** `grant_credit` as `Grant credit`. */
function sayAction(action: string): string {
  const text = action.replaceAll('_', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
