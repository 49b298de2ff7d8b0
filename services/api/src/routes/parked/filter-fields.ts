import { PARK_REASONS } from '@hopsmeter/usage';
import { z } from 'zod';
import { momentField, systemIdField } from '../../contract/fields.ts';
import { namespacePatternField } from '../../contract/namespace-pattern.ts';

/** Which pending events a request is about. */
export const filterField = z.strictObject({
  reason: z.enum(PARK_REASONS).optional().meta({ description: 'Only those that wait for this' }),
  clusterId: systemIdField('Only events of this cluster').optional(),
  namespace: namespacePatternField('Only events of this namespace').optional(),
  before: momentField('Only what was parked before this moment').optional(),
});
