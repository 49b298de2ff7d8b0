import { z } from 'zod';
import { type CollectorSettings, collectorSettings } from './collector-settings.ts';
import { findRuleProblems } from './setting-rules.ts';

/** The settings of whoever needs no others. */
export const collectorSettingsSchema = z.object(collectorSettings).superRefine(refuseRuleProblems);

/** Adds what settings that fit one by one say against each other; for a schema that has more of them. */
export function refuseRuleProblems(settings: CollectorSettings, context: z.RefinementCtx): void {
  for (const { name, message } of findRuleProblems(settings))
    context.addIssue({ code: 'custom', path: [name], message });
}
