import { RULE_ACTIONS } from '@hopsmeter/db';
import { z } from 'zod';

const time = '2026-11-22T14:05:00.123456Z';

/** A rule for namespaces that are no project. */
export const ruleShape = {
  id: z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }),
  clusterId: z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
  pattern: z.string().meta({ examples: ['kube-*'] }),
  action: z.enum(RULE_ACTIONS),
  userId: z
    .string()
    .nullable()
    .meta({ description: 'Whose usage it is; null where it is ignored', examples: ['auth0|platform'] }),
  reason: z.string().meta({ examples: ['the platform itself'] }),
  createdAt: z.string().meta({ examples: [time] }),
  createdBy: z.string().meta({ examples: ['auth0|507f1f70'] }),
  withdrawnAt: z
    .string()
    .nullable()
    .meta({ examples: [time], description: 'Null while it is in force' }),
  withdrawnBy: z
    .string()
    .nullable()
    .meta({ examples: ['auth0|507f1f70'] }),
};

export const ruleSchema = z.object(ruleShape).meta({ id: 'NamespaceRule' });
