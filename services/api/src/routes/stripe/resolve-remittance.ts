import { type Pool, REMITTANCE_DECISIONS, resolveRemittance } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { reasonField, systemIdSchema } from '../../contract/fields.ts';
import { remittanceSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  outcome: z
    .enum(REMITTANCE_DECISIONS)
    .meta({ description: '`sent`: never send it; `not_sent`: send what it was for with a new one' }),
  reason: reasonField.meta({ description: 'Why; kept with the remittance and in the audit log' }),
});

const description = `What a person found out, at Stripe, about one that is \`uncertain\`, \`rejected\` or \`too_old\`.
\`sent\` means that Stripe has it, or that it is billed in another way; \`not_sent\` that it is not there: the next
round sends what it was for, under a new identifier, and for a month that is too old with the present time, so on the
customer's next invoice; for a customer who does not pay any more with the last second for which they did. One that is
\`sent\` can be found \`not_sent\`, because Stripe takes events that it does not count in the end. Else it cannot be
taken back.`;

/** `POST /v1/stripe/remittances/{id}/resolve` */
export function addResolveRemittance(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'resolveRemittance',
    summary: 'Record whether Stripe has a meter event',
    description,
    tags: ['Stripe'],
    params: z.strictObject({ id: systemIdSchema("The remittance's id") }),
    body: bodySchema,
    response: changed('The remittance as it is now', remittanceSchema, 'REMITTANCE_NOT_OPEN'),
  };
  app.post(
    '/v1/stripe/remittances/:id/resolve',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    (request) => {
      const decision = { id: request.params.id, ...request.body };
      return resolveRemittance(pool, changeOf(request), decision);
    },
  );
}
