import { useId, useState } from 'react';
import { useApi, useSend } from '../../api/client.ts';
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
  const field = useId();
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
      <label htmlFor={`${field}-name`}>Model</label>
      <input
        id={`${field}-name`}
        required
        maxLength={NAME_LENGTH_MAX}
        list={`${field}-waiting`}
        placeholder={waiting[0] ?? 'NVIDIA H100 80GB HBM3'}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <datalist id={`${field}-waiting`}>
        {waiting.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <label htmlFor={`${field}-meter`}>Counted on</label>
      <select id={`${field}-meter`} value={meter} onChange={(event) => setMeter(event.target.value)}>
        {(meters.data?.meters ?? [{ meter: ORDINARY_METER }]).map((known) => (
          <option key={known.meter}>{known.meter}</option>
        ))}
      </select>
      <button type="submit" className="button" disabled={send.isPending || name.trim() === ''}>
        Set the meter
      </button>
      {send.error === null ? null : <Problem problem={send.error} />}
    </form>
  );
}
