import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { statementsSchema } from '../account/account-schemas.ts';

/** As many as the api lists at once: ten years. */
const STATEMENTS = '120';

/** The ways to the account's statements before and after this one. */
export function StatementNeighbours({ id, month }: { readonly id: string; readonly month: string }) {
  const list = useApi(`/v1/accounts/${encodeURIComponent(id)}/statements`, { limit: STATEMENTS }, statementsSchema);
  const months = list.data?.statements.map((statement) => statement.month).sort() ?? [];
  const before = months.findLast((each) => each < month);
  const after = months.find((each) => each > month);
  return (
    <span className="statement-neighbours" aria-busy={list.isPending}>
      {before === undefined ? null : (
        <Link href={addresses.statement(id, before)} className="button" aria-label={`Previous: ${formatMonth(before)}`}>
          <span aria-hidden="true">‹</span> {formatMonth(before)}
        </Link>
      )}
      {after === undefined ? null : (
        <Link href={addresses.statement(id, after)} className="button" aria-label={`Next: ${formatMonth(after)}`}>
          {formatMonth(after)} <span aria-hidden="true">›</span>
        </Link>
      )}
    </span>
  );
}
