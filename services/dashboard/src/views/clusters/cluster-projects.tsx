import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { addDays, today } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { ChangeProject } from './change-project.tsx';
import { type Project, projectsSchema } from './cluster-schemas.ts';
import { EndProject } from './end-project.tsx';
import { HandOverProject } from './hand-over-project.tsx';
import { Period } from './period.tsx';
import { RegisterProject } from './register-project.tsx';

const COLUMNS: readonly Column<Project>[] = [
  {
    key: 'namespace',
    heading: 'Namespace',
    isRowHeader: true,
    render: ({ id, namespace }) => (
      <Link href={addresses.events({ project: id, from: addDays(today(), -6), to: addDays(today(), 1) })}>
        <code>{namespace}</code>
      </Link>
    ),
  },
  { key: 'user', heading: 'User', render: ({ userId }) => <code className="nowrap">{userId}</code> },
  { key: 'period', heading: 'When', render: (project) => <Period {...project} /> },
  {
    key: 'reported',
    heading: 'Entered by',
    render: ({ isReported }) => (isReported ? 'The cluster' : 'Staff or an import'),
  },
];

type Doing =
  | { readonly what: 'register' }
  | { readonly what: 'hand-over' | 'change' | 'end'; readonly project: Project };

/** Whose the namespaces of a cluster are, and were. */
export function ClusterProjects({ clusterId, isAdmin }: { readonly clusterId: string; readonly isAdmin: boolean }) {
  const [doing, setDoing] = useState<Doing>();
  const list = useApiPages('/v1/projects', { clusterId }, projectsSchema);
  const close = (): void => setDoing(undefined);
  const buttons: Column<Project> = {
    key: 'change',
    heading: <span className="visually-hidden">Change</span>,
    align: 'right',
    render: (project) => (
      <span className="cluster-buttons">
        <button type="button" className="button" onClick={() => setDoing({ what: 'hand-over', project })}>
          Hand over
        </button>
        <button type="button" className="button" onClick={() => setDoing({ what: 'change', project })}>
          Change times
        </button>
        {project.endedAt === null ? (
          <button type="button" className="button button-danger" onClick={() => setDoing({ what: 'end', project })}>
            End
          </button>
        ) : null}
      </span>
    ),
  };
  return (
    <section className="card" aria-labelledby="projects">
      <div className="card-head">
        <h2 id="projects">Projects</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setDoing({ what: 'register' })}>
            Register a project
          </button>
        ) : null}
      </div>
      <p className="quiet cluster-note">
        A project is a namespace and whose it is. Usage that names no user goes to that user. A namespace keeps its name
        in Kubernetes for good: for a new name, end the project and register the new namespace.
      </p>
      <Answer of={list} label="Loading the projects">
        {({ pages }) => (
          <DataTable
            caption="Projects"
            columns={isAdmin ? [...COLUMNS, buttons] : COLUMNS}
            rows={pages.flatMap(({ projects }) => projects)}
            rowKey={({ id }) => id}
            empty={
              <Empty title="The cluster has no projects yet.">
                Collectors report them from Hopsworks{isAdmin ? ', or register one here.' : '.'}
              </Empty>
            }
          />
        )}
      </Answer>
      <MoreButton of={list} />
      {doing?.what === 'register' ? <RegisterProject clusterId={clusterId} onClose={close} /> : null}
      {doing?.what === 'hand-over' ? <HandOverProject project={doing.project} onClose={close} /> : null}
      {doing?.what === 'change' ? <ChangeProject project={doing.project} onClose={close} /> : null}
      {doing?.what === 'end' ? <EndProject project={doing.project} onClose={close} /> : null}
    </section>
  );
}
