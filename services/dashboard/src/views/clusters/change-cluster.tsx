import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type ActiveCluster, clusterSchema } from './cluster-schemas.ts';
import { readCount } from './read-count.ts';
import { Refusal } from './refusal.tsx';

const STATUSES = [
  { value: 'active', text: 'Active' },
  { value: 'inactive', text: 'Inactive' },
] as const;

/** Changes the name, the capacity, the limits and the status of a cluster. */
export function ChangeCluster({ cluster, onClose }: { readonly cluster: ActiveCluster; readonly onClose: () => void }) {
  const [name, setName] = useState(cluster.name);
  const [maxUsers, setMaxUsers] = useState(String(cluster.maxUsers));
  const [status, setStatus] = useState<ActiveCluster['status']>(cluster.status);
  const [maxCores, setMaxCores] = useState(String(cluster.maxCores));
  const [maxGpus, setMaxGpus] = useState(String(cluster.maxGpus));
  const path = `/v1/clusters/${cluster.id}`;
  const send = useSend<typeof clusterSchema, object>('PATCH', path, clusterSchema, ['/v1/clusters', path]);
  const counts = { maxUsers: readCount(maxUsers), maxCores: readCount(maxCores), maxGpus: readCount(maxGpus) };
  const fields = send.error?.fields;
  const done = (): void => {
    say('The cluster is changed.');
    onClose();
  };
  return (
    <FormDialog
      title={`Change ${cluster.name}`}
      submit="Change the cluster"
      send={send}
      isIncomplete={name.trim() === '' || Object.values(counts).includes(undefined)}
      onSubmit={() => send.mutate({ name: name.trim(), status, ...counts }, { onSuccess: done })}
      onClose={onClose}
    >
      <TextField label="Name" isRequired lengthMax={100} value={name} onChange={setName} error={fields?.get('name')} />
      <div className="form-row">
        <TextField
          label="Most users"
          kind="decimal"
          isRequired
          hint={`${cluster.currentUsers} are on it now.`}
          value={maxUsers}
          onChange={setMaxUsers}
          error={fields?.get('maxUsers')}
        />
        <SelectField
          label="Status"
          isRequired
          options={STATUSES}
          hint="Users of an inactive cluster stay; no one else can be assigned to it."
          value={status}
          onChange={setStatus}
        />
      </div>
      <div className="form-row">
        <TextField
          label="Maximum cores per event"
          kind="decimal"
          isRequired
          value={maxCores}
          onChange={setMaxCores}
          error={fields?.get('maxCores')}
        />
        <TextField
          label="Maximum GPUs per event"
          kind="decimal"
          isRequired
          value={maxGpus}
          onChange={setMaxGpus}
          error={fields?.get('maxGpus')}
        />
      </div>
      <p className="quiet">Events with more cores or GPUs over their window are parked as implausible.</p>
      <Refusal problem={send.error} />
    </FormDialog>
  );
}
