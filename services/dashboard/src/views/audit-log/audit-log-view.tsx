import { useQuery } from '../../address/use-query.ts';
import { useApiPages } from '../../api/client.ts';
import { addDays } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { auditLogSchema } from './audit-schema.ts';
import { AuditTable } from './audit-table.tsx';

const DAY = /^2\d{3}-\d{2}-\d{2}$/;

/** Who changed what, when and why. */
export function AuditLogView() {
  const [query, setQuery] = useQuery();
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const day = (name: string): string | undefined => {
    const given = text(name);
    return given !== undefined && DAY.test(given) && !Number.isNaN(Date.parse(given)) ? given : undefined;
  };
  const [from, last] = [day('from'), day('until')];
  const filters = {
    account: text('account'),
    actor: text('actor'),
    action: text('action'),
    entity: text('entity'),
    entityId: text('entityId'),
  };
  const asked = { ...filters, from, to: last === undefined ? undefined : addDays(last, 1) };
  const list = useApiPages('/v1/audit-log', { ...asked, limit: '50' }, auditLogSchema);
  return (
    <>
      <PageTitle title="Audit log" />
      <p className="quiet">
        Every change that a person, a cluster or a job made, the newest first. Entries are only ever added.
      </p>
      <AuditFilters filters={{ ...filters, from, until: last }} onChange={setQuery} />
      <section className="card" aria-label="Changes">
        <Answer of={list} label="Loading the changes" lines={10}>
          {({ pages }) => (
            <AuditTable
              entries={pages.flatMap(({ entries }) => entries)}
              onFilter={setQuery}
              empty={
                <Empty title="No change matches.">
                  Remove a filter: ids are compared as a whole, and days are those of UTC.
                </Empty>
              }
            />
          )}
        </Answer>
        <MoreButton of={list} />
      </section>
    </>
  );
}
