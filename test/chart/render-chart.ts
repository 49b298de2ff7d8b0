import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Part, parseTemplate } from './parse-template.ts';
import { runTemplate } from './run-template.ts';
import { isRecord, recordOf } from './template-functions.ts';

export const CHART = fileURLToPath(new URL('../../deploy/collector/chart/', import.meta.url));

type Values = Readonly<Record<string, unknown>>;

const read = (name: string) => readFileSync(`${CHART}${name}`, 'utf8');

/** The chart's own values with others on top of them, as Helm does it: maps are merged, and null removes. */
export function valuesWith(others: Values): Values {
  return merge(recordOf(parse(read('values.yaml'))), others);
}

/** Every file of `templates/` that is not empty, by name, with `others` on top of the chart's own values. */
export function renderChart(others: Values, release: { name: string; service: string }): ReadonlyMap<string, string> {
  const chart = recordOf(parse(read('Chart.yaml')));
  const root = {
    Values: valuesWith(others),
    Release: { Name: release.name, Service: release.service, Namespace: 'hopsmeter' },
    Chart: { Name: chart.name, Version: chart.version, AppVersion: chart.appVersion },
  };
  const templates = readdirSync(`${CHART}templates`)
    .sort()
    .map((name) => [name, parseTemplate(read(`templates/${name}`))] as const);
  const defined = new Map<string, readonly Part[]>(templates.flatMap(([, template]) => [...template.defined]));
  const files = templates
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, { parts }]) => [name, runTemplate(parts, defined, root).trim()] as const);
  return new Map(files.filter(([, text]) => text !== ''));
}

function merge(ours: Values, others: Values): Values {
  const merged: Record<string, unknown> = { ...ours };
  for (const [key, value] of Object.entries(others)) {
    const own = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) && isRecord(own) ? merge(own, value) : value;
  }
  return merged;
}
