import { parse } from 'yaml';
import { z } from 'zod';
import { HOPSMETER_CHART, readChartFile } from '../chart/render-chart.ts';

const recordSchema = z.strictObject({ record: z.string(), expr: z.string() });

const alertSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
});

const rulesSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([recordSchema, alertSchema])) })),
});

export type Rules = z.infer<typeof rulesSchema>;

/** The rules of ingest, worker and api, as Prometheus gets them. */
export const RULES: Rules = rulesSchema.parse(parse(readChartFile(HOPSMETER_CHART, 'files/rules.yaml')));

export function alertsIn({ groups }: Rules): { readonly name: string; readonly runbook: string }[] {
  return groups.flatMap(({ rules }) =>
    rules.flatMap((rule) => ('alert' in rule ? [{ name: rule.alert, runbook: rule.annotations.runbook }] : [])),
  );
}

/** The names that rules give to what they compute. */
export function recordsIn({ groups }: Rules): string[] {
  return groups.flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
}

export function expressionsIn({ groups }: Rules): string[] {
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}
