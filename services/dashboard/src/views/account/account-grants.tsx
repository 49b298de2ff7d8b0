import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import { type Grant, grantsSchema } from './account-schemas.ts';
import { GRANT_STATUSES } from './grant-statuses.ts';

const COLUMNS: readonly Column<Grant>[] = [
  {
    key: 'reason',
    heading: 'Grant',
    isRowHeader: true,
    render: ({ reason, reference }) => (
      <>
        {reference ?? reason}
        {reference === null ? null : <span className="account-note quiet">{reason}</span>}
      </>
    ),
  },
  {
    key: 'status',
    heading: 'Until',
    render: ({ status, expiresOn }) => (
      <>
        {expiresOn === null ? 'no end' : <Day day={expiresOn} />}
        <span className="account-note quiet">{GRANT_STATUSES[status]}</span>
      </>
    ),
  },
  {
    key: 'drawn',
    heading: 'Used',
    align: 'right',
    render: ({ drawn, amount }) => (
      <>
        <Money amount={drawn} />
        <span className="account-note quiet">
          of <Money amount={amount} />
        </span>
      </>
    ),
  },
];

/** What the account has paid ahead, and what is left of it. */
export function AccountGrants({ id }: { readonly id: string }) {
  const grants = useApi(`/v1/accounts/${encodeURIComponent(id)}/grants`, {}, grantsSchema);
  return (
    <section className="card" aria-labelledby="account-grants">
      <div className="card-head">
        <h2 id="account-grants">Prepaid</h2>
        {grants.data === undefined ? null : (
          <p className="figure-note">
            <Money amount={grants.data.balance.left} /> left
          </p>
        )}
      </div>
      <Answer of={grants} label="Loading the grants" lines={2}>
        {(data) => (
          <DataTable
            caption="Prepaid grants"
            columns={COLUMNS}
            rows={data.grants}
            rowKey={(grant) => grant.id}
            empty="No prepaid credit."
          />
        )}
      </Answer>
    </section>
  );
}
