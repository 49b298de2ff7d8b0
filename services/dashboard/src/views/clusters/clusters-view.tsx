import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { clustersSchema } from './cluster-schemas.ts';
import { ClustersTable } from './clusters-table.tsx';

/** Lag grows and events come while one looks. */
const REFETCH_MS = 30_000;

/** The clusters that report usage: how full they are, and whether they report. */
export function ClustersView() {
  const { isAdmin } = useMe();
  const list = useApiPages('/v1/clusters', {}, clustersSchema, { refetchMs: REFETCH_MS });
  return (
    <>
      <PageTitle title="Clusters">
        {isAdmin ? (
          <Link href={addresses.newCluster()} className="button button-main">
            Add a cluster
          </Link>
        ) : null}
      </PageTitle>
      <section className="card" aria-label="Clusters">
        <Answer of={list} label="Loading the clusters">
          {({ pages }) => {
            const clusters = pages.flatMap((page) => page.clusters);
            return clusters.length === 0 ? (
              <Empty title="There are no clusters yet.">
                {isAdmin ? 'Add one to give it a key and see its first event arrive.' : 'Billing admins add them.'}
              </Empty>
            ) : (
              <ClustersTable clusters={clusters} />
            );
          }}
        </Answer>
        <MoreButton of={list} />
      </section>
    </>
  );
}
