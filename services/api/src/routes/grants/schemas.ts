import { type GrantRow, statusOf } from '@hopsmeter/db';
import { z } from 'zod';
import { formatCents, moneySchema } from '../../contract/amounts.ts';
import { monthText } from '../../contract/month.ts';

const dayText = z.string().meta({ examples: ['2026-11-01'] });

export const grantSchema = z
  .object({
    id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    reference: z
      .string()
      .nullable()
      .meta({ examples: ['invoice-2026-117'], description: "The caller's reference" }),
    status: z
      .enum(['scheduled', 'valid', 'expired', 'revoked'])
      .meta({ description: 'Today; `scheduled` is not valid yet' }),
    amount: moneySchema,
    drawn: moneySchema.meta({ description: 'What statements took from it, less what they gave back' }),
    validFrom: dayText,
    expiresOn: dayText
      .nullable()
      .meta({ description: 'The day after the last one of its validity; null without an end' }),
    reason: z.string().meta({ examples: ['agreed with the customer'] }),
    createdAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
    revokedAt: z
      .string()
      .meta({ examples: ['2026-11-22T14:05:00.123456Z'] })
      .nullable(),
    revokeReason: z
      .string()
      .meta({ examples: ['a mistake'] })
      .nullable(),
    carriedFrom: z
      .object({ month: monthText, number: z.int().meta({ examples: [42] }) })
      .nullable()
      .meta({
        description: 'The statement below zero that left it for later ones; null for a grant that a person made',
      }),
    draws: z
      .array(z.object({ month: monthText, number: z.int().meta({ examples: [43] }), amount: moneySchema }))
      .meta({ description: 'What each statement took from it; negative where it gave back. They add up to `drawn`' }),
  })
  .meta({ id: 'Grant', description: 'What an account has paid ahead, or was given' });

/** Writes a grant as {@link grantSchema} has it. */
export function describeGrant(grant: GrantRow, today: string): z.input<typeof grantSchema> {
  const {
    id,
    accountOwnerId,
    reference,
    validFrom,
    expiresOn,
    reason,
    createdAt,
    revokedAt,
    revokeReason,
    carriedFrom,
    draws,
  } = grant;
  return {
    id,
    accountOwnerId,
    reference,
    status: statusOf(grant, today),
    amount: formatCents(grant.amount),
    drawn: formatCents(grant.drawn),
    validFrom,
    expiresOn,
    reason,
    createdAt,
    revokedAt,
    revokeReason,
    carriedFrom,
    draws: draws.map((draw) => ({ ...draw })),
  };
}
