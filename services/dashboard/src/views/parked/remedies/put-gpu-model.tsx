import { useState } from 'react';
import { useApi, useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { SelectField } from '../../../parts/fields.tsx';
import { type GpuModel, gpuModelSchema, metersSchema, TOUCHED_BY_GPU_MODELS } from '../gpu-model-schemas.ts';
import type { RemedyFormProps } from './remedy-form.ts';

/** The meter of GPUs that are all billed alike. */
const ORDINARY_METER = 'gpu_hours';

/** Says on which meter the GPU model of an event is counted. */
export function PutGpuModel({ lacking: { gpuModel = '' }, onDone, onClose }: RemedyFormProps) {
  const [meter, setMeter] = useState(ORDINARY_METER);
  const meters = useApi('/v1/meters', {}, metersSchema).data?.meters ?? [];
  const names = meters.map((each) => each.meter).filter((name) => name.startsWith(ORDINARY_METER));
  const send = useSend<typeof gpuModelSchema, Pick<GpuModel, 'name' | 'meter'>>(
    'PUT',
    '/v1/gpu-models',
    gpuModelSchema,
    TOUCHED_BY_GPU_MODELS,
  );
  return (
    <ChangeForm
      submit="Set the meter"
      send={send}
      onSubmit={() =>
        send.mutate({ name: gpuModel, meter }, { onSuccess: () => onDone(`${gpuModel} is counted on ${meter}.`) })
      }
      onClose={onClose}
    >
      <p>
        Usage of the GPU model <code>{gpuModel}</code> is counted on the meter, at its price.
      </p>
      <SelectField
        label="Counted on"
        isRequired
        options={(names.includes(ORDINARY_METER) ? names : [ORDINARY_METER, ...names]).map((name) => ({
          value: name,
          text: name,
        }))}
        value={meter}
        onChange={setMeter}
        error={send.error?.fields.get('meter')}
        hint="A meter for this model alone is registered under Prices."
      />
    </ChangeForm>
  );
}
