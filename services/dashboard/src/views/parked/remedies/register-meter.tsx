import { useState } from 'react';
import { useApi, useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { TextField } from '../../../parts/fields.tsx';
import { metersSchema } from '../gpu-model-schemas.ts';
import { doneSchema, type RemedyFormProps, TOUCHED } from './remedy-form.ts';

/** As the api takes them. */
const METER_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 100;

type Body = { readonly meter: string; readonly unit: string; readonly description: string };

/** Registers a meter that an event counts on. */
export function RegisterMeter({ lacking, onDone, onClose }: RemedyFormProps) {
  const known = useApi('/v1/meters', {}, metersSchema).data?.meters ?? [];
  const unknown = lacking.meters.find((meter) => known.every((each) => each.meter !== meter));
  const [typed, setTyped] = useState<string>();
  const [unit, setUnit] = useState('');
  const [description, setDescription] = useState('');
  const meter = (typed ?? unknown ?? '').trim();
  const send = useSend<typeof doneSchema, Body>('POST', '/v1/meters', doneSchema, [...TOUCHED, '/v1/meters']);
  const problem = send.error?.fields;
  return (
    <ChangeForm
      submit="Register the meter"
      send={send}
      isIncomplete={meter === '' || unit.trim() === '' || description.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { meter, unit: unit.trim(), description: description.trim() },
          { onSuccess: () => onDone(`The meter ${meter} is registered. It needs a price.`) },
        )
      }
      onClose={onClose}
    >
      <p>
        A meter is never changed or removed: give the misspelt one up instead. Its usage waits for a price afterwards.
      </p>
      <TextField
        label="Meter"
        isRequired
        lengthMax={METER_LENGTH_MAX}
        value={typed ?? unknown ?? ''}
        onChange={setTyped}
        error={problem?.get('meter')}
      />
      <TextField
        label="Unit"
        isRequired
        lengthMax={TEXT_LENGTH_MAX}
        placeholder="GPU-hour"
        value={unit}
        onChange={setUnit}
        error={problem?.get('unit')}
      />
      <TextField
        label="Description"
        isRequired
        lengthMax={TEXT_LENGTH_MAX}
        placeholder="GPUs of the model H100 over time"
        value={description}
        onChange={setDescription}
        error={problem?.get('description')}
      />
    </ChangeForm>
  );
}
