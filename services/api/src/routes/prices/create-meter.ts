import { createMeter, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { meterNameField, nameField } from '../../contract/fields.ts';
import { meterSchema } from './list-meters.ts';

const bodySchema = z.strictObject({
  meter: meterNameField,
  unit: nameField('Unit of a quantity, for people', 'GPU-hour'),
  description: nameField('What is measured', 'GPUs of the model H100 over time'),
});

/** `POST /v1/meters` */
export function addCreateMeter(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createMeter',
    summary: 'Register a meter',
    description:
      'It has no price yet: set a rate, and parked usage of it is counted. A meter is never changed or removed. Sent ' +
      'again with the same data it answers 200.',
    tags: ['Prices'],
    body: bodySchema,
    response: created('The meter was registered', meterSchema, 'METER_EXISTS'),
  };
  app.post('/v1/meters', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, async (request, reply) => {
    const { isCreated, value } = await createMeter(pool, changeOf(request), request.body);
    return reply.code(isCreated ? 201 : 200).send(value);
  });
}
