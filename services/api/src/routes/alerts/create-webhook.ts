import { createWebhook, problemOfWebhookUrl, WEBHOOKS_MAX, webhookSecretOf } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { userIdField } from '../../contract/fields.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { webhookSchema } from './schemas.ts';

const urlField = (isPrivateAllowed: boolean) =>
  z
    .string()
    .superRefine((text, context) => {
      const message = problemOfWebhookUrl(text, isPrivateAllowed);
      if (message !== undefined) context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TEXT' } });
    })
    .meta({
      description:
        'Where alerts are posted: an https URL with the name of a public host, without user name and fragment',
      examples: ['https://hooks.example.com/billing'],
    });

const answerSchema = z
  .object({
    webhook: webhookSchema,
    secret: z.string().meta({
      description: 'The receiver verifies signatures with it. Anyone who has it can forge alerts',
      examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDBGGxd5pjLgg='],
    }),
  })
  .meta({ id: 'CreatedWebhook' });

/** `POST /v1/webhooks` */
export function addCreateWebhook(app: HttpApp, { pool, webhooks }: AlertsDeps): void {
  const schema = {
    operationId: 'createWebhook',
    summary: 'Create a webhook for alerts',
    description:
      `Alerts that are raised from now on. There can be ${WEBHOOKS_MAX}. Sent again it answers the same ` +
      'webhook and secret.',
    tags: ['Spending caps and alerts'],
    body: z.strictObject({
      url: urlField(webhooks?.isPrivateAllowed ?? false),
      accountOwnerId: userIdField('Only alerts of this account; of all accounts when not given or null')
        .nullable()
        .default(null),
    }),
    response: created(
      'The webhook was created',
      answerSchema,
      'UNKNOWN_REFERENCE',
      'WEBHOOKS_OFF',
      'TOO_MANY_WEBHOOKS',
    ),
  };
  app.post(
    '/v1/webhooks',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      if (webhooks === undefined)
        throw new RequestError(
          'WEBHOOKS_OFF',
          'the operator has to set WEBHOOK_SIGNING_KEY for the api and the worker',
        );
      const { isCreated, value } = await createWebhook(pool, changeOf(request), request.body);
      const secret = webhookSecretOf(webhooks.signingKey, value.id);
      return reply.code(isCreated ? 201 : 200).send({ webhook: value, secret });
    },
  );
}
