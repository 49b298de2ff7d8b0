import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type Meter, meterSchema } from './price-schemas.ts';

/** As the api takes them. */
const METER_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 100;

export type CreateMeterProps = {
  readonly onCreated: (meter: string) => void;
  readonly onClose: () => void;
};

/** Registers a meter, and goes on to its first price. */
export function CreateMeter({ onCreated, onClose }: CreateMeterProps) {
  const [meter, setMeter] = useState('');
  const [unit, setUnit] = useState('');
  const [description, setDescription] = useState('');
  const send = useSend<typeof meterSchema, Meter>('POST', '/v1/meters', meterSchema, ['/v1/meters']);
  const wanted = { meter: meter.trim(), unit: unit.trim(), description: description.trim() };
  const problem = send.error?.fields;
  const done = (): void => {
    say('The meter is added. Give it a price: until then its usage is parked.');
    onClose();
    onCreated(wanted.meter);
  };
  return (
    <FormDialog
      title="Add a meter"
      submit="Add the meter"
      isIncomplete={Object.values(wanted).includes('')}
      send={send}
      onSubmit={() => send.mutate(wanted, { onSuccess: done })}
      onClose={onClose}
    >
      <p>A meter is never changed or removed. Its usage is parked until it has a price.</p>
      <TextField
        label="Name in events"
        isRequired
        lengthMax={METER_LENGTH_MAX}
        placeholder="gpu_hours_h100"
        hint="Lowercase letters, digits and single underscores. A GPU model's own meter begins with gpu_hours_."
        value={meter}
        onChange={setMeter}
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
        label="What is measured"
        isRequired
        lengthMax={TEXT_LENGTH_MAX}
        placeholder="GPUs of the model H100 over time"
        value={description}
        onChange={setDescription}
        error={problem?.get('description')}
      />
    </FormDialog>
  );
}
