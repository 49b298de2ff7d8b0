import './clusters.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { SectionLinks } from '../../parts/section-links.tsx';
import { useMe } from '../../session/use-session.ts';
import { ChangeCluster } from './change-cluster.tsx';
import { ClusterAliases } from './cluster-aliases.tsx';
import { ClusterFacts } from './cluster-facts.tsx';
import { ClusterKeys } from './cluster-keys.tsx';
import { ClusterPeople } from './cluster-people.tsx';
import { ClusterProjects } from './cluster-projects.tsx';
import { ClusterRules } from './cluster-rules.tsx';
import { activeClusterSchema } from './cluster-schemas.ts';

const SECTIONS = [
  { value: '', text: 'Overview and keys' },
  { value: 'people', text: 'People' },
  { value: 'projects', text: 'Projects' },
] as const;

const REFETCH_MS = 30_000;

/** A cluster: what is heard of it, its keys, who is on it, and whose its namespaces are. */
export function ClusterView({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [query] = useQuery();
  const [isChanging, setChanging] = useState(false);
  const section = SECTIONS.find(({ value }) => value === query.get('section'))?.value ?? '';
  const cluster = useApi(`/v1/clusters/${encodeURIComponent(id)}`, {}, activeClusterSchema, { refetchMs: REFETCH_MS });
  const to = (value: string) => addresses.cluster(id, { section: value });
  return (
    <>
      <PageTitle title={cluster.data?.name ?? 'Cluster'} up={<Link href={addresses.clusters()}>Clusters</Link>}>
        {isAdmin && cluster.data !== undefined ? (
          <button type="button" className="button" onClick={() => setChanging(true)}>
            Change
          </button>
        ) : null}
      </PageTitle>
      <SectionLinks
        label="Sections of the cluster"
        links={SECTIONS.map(({ value, text }) => ({ to: to(value), text }))}
        current={to(section)}
      />
      <Answer of={cluster} label="Loading the cluster">
        {(data) => (
          <>
            {section === '' ? (
              <>
                <ClusterFacts cluster={data} />
                <ClusterKeys cluster={data} isAdmin={isAdmin} />
              </>
            ) : null}
            {section === 'people' ? (
              <>
                <ClusterPeople cluster={data} isAdmin={isAdmin} />
                <ClusterAliases clusterId={data.id} isAdmin={isAdmin} />
              </>
            ) : null}
            {section === 'projects' ? (
              <>
                <ClusterProjects clusterId={data.id} isAdmin={isAdmin} />
                <ClusterRules clusterId={data.id} isAdmin={isAdmin} />
              </>
            ) : null}
            {isChanging ? <ChangeCluster cluster={data} onClose={() => setChanging(false)} /> : null}
          </>
        )}
      </Answer>
    </>
  );
}
