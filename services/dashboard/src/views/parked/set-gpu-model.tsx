import './parked.css';
import { useState } from 'react';
import { useApi, useSend } from '../../api/client.ts';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type GpuModel, gpuModelSchema, metersSchema, TOUCHED_BY_GPU_MODELS } from './gpu-model-schemas.ts';

const NAME_LENGTH_MAX = 253;

/** The meter of GPUs that are all billed alike. */
const ORDINARY_METER = 'gpu_hours';

type Body = Pick<GpuModel, 'name' | 'meter'>;

/** Puts a model on a meter; models that events wait with are suggested. */
export function SetGpuModel({ waiting }: { readonly waiting: readonly string[] }) {
  const [name, setName] = useState('');
  const [meter, setMeter] = useState(ORDINARY_METER);
  const meters = useApi('/v1/meters', {}, metersSchema);
  const send = useSend<typeof gpuModelSchema, Body>('PUT', '/v1/gpu-models', gpuModelSchema, TOUCHED_BY_GPU_MODELS);
  return (
    <form
      className="gpu-model-form"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ name: name.trim(), meter }, { onSuccess: () => setName('') });
      }}
    >
      <TextField
        label="Model"
        isRequired
        lengthMax={NAME_LENGTH_MAX}
        suggestions={waiting}
        placeholder={waiting[0] ?? 'NVIDIA H100 80GB HBM3'}
        value={name}
        onChange={setName}
        error={send.error?.fields.get('name')}
      />
      <SelectField
        label="Counted on"
        isRequired
        options={(meters.data?.meters ?? [{ meter: ORDINARY_METER }]).map((known) => ({
          value: known.meter,
          text: known.meter,
        }))}
        value={meter}
        onChange={setMeter}
      />
      <button type="submit" className="button" disabled={send.isPending || name.trim() === ''}>
        Set the meter
      </button>
      {send.error === null ? null : <Problem problem={send.error} />}
    </form>
  );
}
