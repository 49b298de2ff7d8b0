import { useState } from 'react';
import { useApiPages } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { type Alias, aliasesSchema } from './cluster-schemas.ts';
import { EndAlias } from './end-alias.tsx';
import { Period } from './period.tsx';
import { SetAlias } from './set-alias.tsx';

const COLUMNS: readonly Column<Alias>[] = [
  { key: 'alias', heading: 'Alias', isRowHeader: true, render: ({ alias }) => <code>{alias}</code> },
  { key: 'user', heading: 'User', render: ({ userId }) => <code className="nowrap">{userId}</code> },
  { key: 'period', heading: 'When', render: (alias) => <Period {...alias} /> },
];

/** What a cluster calls its users. */
export function ClusterAliases({ clusterId, isAdmin }: { readonly clusterId: string; readonly isAdmin: boolean }) {
  const [isSetting, setSetting] = useState(false);
  const [ending, setEnding] = useState<Alias>();
  const list = useApiPages('/v1/aliases', { clusterId }, aliasesSchema);
  const buttons: Column<Alias> = {
    key: 'change',
    heading: <span className="visually-hidden">Change</span>,
    align: 'right',
    render: (alias) =>
      alias.endedAt === null ? (
        <button type="button" className="button button-danger" onClick={() => setEnding(alias)}>
          End
        </button>
      ) : null,
  };
  return (
    <section className="card" aria-labelledby="aliases">
      <div className="card-head">
        <h2 id="aliases">Aliases</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setSetting(true)}>
            Set an alias
          </button>
        ) : null}
      </div>
      <p className="quiet cluster-note">
        Clusters know users by their Hopsworks user names. An alias says whose usage that is.
      </p>
      <Answer of={list} label="Loading the aliases">
        {({ pages }) => (
          <DataTable
            caption="Aliases"
            columns={isAdmin ? [...COLUMNS, buttons] : COLUMNS}
            rows={pages.flatMap(({ aliases }) => aliases)}
            rowKey={({ id }) => id}
            empty={<Empty title="No user has an alias on this cluster." />}
          />
        )}
      </Answer>
      <MoreButton of={list} />
      {isSetting ? <SetAlias clusterId={clusterId} onClose={() => setSetting(false)} /> : null}
      {ending === undefined ? null : <EndAlias alias={ending} onClose={() => setEnding(undefined)} />}
    </section>
  );
}
