import * as z from 'zod/mini';
import { freshnessSchema } from '../../api/schemas.ts';
import { formatCsv, safeText } from '../../format/csv.ts';
import { formatDecimal, parseDecimal, sumDecimals } from '../../format/decimal.ts';
import { meterName, meterUnit } from '../../format/quantity.ts';

/** `GET /v1/me/usage`, grouped by day, project and meter. */
export const ownUsageSchema = z.object({
  from: z.string(),
  to: z.string(),
  groups: z.array(
    z.object({
      key: z.object({ day: z.string(), project: z.nullable(z.string()), meter: z.string() }),
      labels: z.object({ project: z.optional(z.string()) }),
      quantityExact: z.string(),
    }),
  ),
  freshness: freshnessSchema,
});

export type OwnUsage = z.output<typeof ownUsageSchema>;
type Group = OwnUsage['groups'][number];

/** How much was used of each meter, the meters by name. Exact: the api's exact quantities added up. */
export function sumByMeter(groups: readonly Group[]): ReadonlyMap<string, string> {
  const sums = Map.groupBy(groups, ({ key }) => key.meter);
  return new Map(
    [...sums]
      .sort(([a], [b]) => meterName(a).localeCompare(meterName(b)))
      .map(([meter, parts]) => [meter, sumDecimals(parts.map(({ quantityExact }) => quantityExact))]),
  );
}

/** What was used in a project, or outside of any. */
export type ProjectUsage = {
  readonly id: string | null;
  readonly name: string;
  readonly meters: ReadonlyMap<string, string>;
};

/** The same by project, by name; what was used outside of any project comes last. */
export function sumByProject(groups: readonly Group[]): readonly ProjectUsage[] {
  return [...Map.groupBy(groups, ({ key }) => key.project)]
    .map(([id, parts]) => ({
      id,
      name: id === null ? 'Outside of any project' : (parts[0]?.labels.project ?? id),
      meters: sumByMeter(parts),
    }))
    .sort((a, b) => Number(a.id === null) - Number(b.id === null) || a.name.localeCompare(b.name));
}

/** One meter by day. */
export function amountsOfMeter(groups: readonly Group[], meter: string): ReadonlyMap<string, Map<string, string>> {
  const days = new Map<string, Map<string, string>>();
  for (const { key, quantityExact } of groups) {
    if (key.meter !== meter) continue;
    const before = days.get(key.day)?.get(meter) ?? '0';
    days.set(key.day, new Map([[meter, formatDecimal(parseDecimal(before) + parseDecimal(quantityExact))]]));
  }
  return days;
}

/** The rows behind it as CSV. */
export function formatOwnUsageCsv({ groups }: OwnUsage): string {
  return formatCsv([
    ['day', 'projectId', 'project', 'meter', 'unit', 'quantity'],
    ...groups.map(({ key: { day, project, meter }, labels, quantityExact }) => [
      day,
      project,
      safeText(labels.project ?? null),
      safeText(meter),
      meterUnit(meter),
      quantityExact,
    ]),
  ]);
}
