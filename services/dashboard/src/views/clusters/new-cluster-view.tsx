import './clusters.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import { useSend } from '../../api/client.ts';
import { Empty } from '../../parts/empty.tsx';
import { TextField } from '../../parts/fields.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMe } from '../../session/use-session.ts';
import { clusterSchema } from './cluster-schemas.ts';
import { readCount } from './read-count.ts';

/** The first step of setting up a cluster: its name and how many users it takes. The others have their own address. */
export function NewClusterView() {
  const { isAdmin } = useMe();
  const [name, setName] = useState('');
  const [maxUsers, setMaxUsers] = useState('');
  const send = useSend<typeof clusterSchema, object>('POST', '/v1/clusters', clusterSchema, ['/v1/clusters']);
  const count = readCount(maxUsers);
  return (
    <>
      <PageTitle title="Add a cluster" up={<Link href={addresses.clusters()}>Clusters</Link>} />
      <section className="card" aria-label="Add a cluster">
        {isAdmin ? (
          <form
            className="form cluster-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (send.isPending) return;
              send.mutate(
                { name: name.trim(), maxUsers: count },
                { onSuccess: ({ id }) => go(addresses.clusterSetUp(id)) },
              );
            }}
          >
            <TextField
              label="Name"
              isRequired
              lengthMax={100}
              placeholder="eu-north-1"
              hint="Unique. It can be changed later."
              value={name}
              onChange={setName}
              error={send.error?.fields.get('name')}
            />
            <TextField
              label="Most users"
              kind="decimal"
              isRequired
              placeholder="50"
              hint="How many users can be on it at once. It can be changed later."
              value={maxUsers}
              onChange={setMaxUsers}
              error={send.error?.fields.get('maxUsers')}
            />
            {send.error === null ? null : <Problem problem={send.error} />}
            <div className="form-buttons">
              <button
                type="submit"
                className="button button-main"
                disabled={name.trim() === '' || count === undefined || send.isPending}
              >
                {send.isPending ? 'Working…' : 'Add the cluster'}
              </button>
            </div>
          </form>
        ) : (
          <Empty title="Only billing admins can add clusters." />
        )}
      </section>
    </>
  );
}
