import { type Pool, withdrawNamespaceRule } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { reasonField, systemIdSchema } from '../../contract/fields.ts';
import { ruleSchema } from './schemas.ts';

/** `POST /v1/namespace-rules/{id}/withdraw` */
export function addWithdrawNamespaceRule(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'withdrawNamespaceRule',
    summary: 'Withdraw a rule for namespaces',
    description:
      'What it ignored waits again within seconds, and follows another rule or a project; what it booked stays ' +
      'booked. Sent again it changes nothing.',
    tags: ['Parked events'],
    params: z.strictObject({ id: systemIdSchema("The rule's id") }),
    body: z.strictObject({ reason: reasonField }),
    response: changed('The rule as it is now', ruleSchema),
  };
  app.post(
    '/v1/namespace-rules/:id/withdraw',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    (request) => withdrawNamespaceRule(pool, changeOf(request), { id: request.params.id, reason: request.body.reason }),
  );
}
