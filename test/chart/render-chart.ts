import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Part, parseTemplate, type Template } from './parse-template.ts';
import { runTemplate } from './run-template.ts';
import { isRecord, recordOf } from './template-functions.ts';

/** A chart of ours, with the name that its release usually has. */
export type Chart = {
  /** Folder of the chart and of the manifests, with a slash at its end. */
  readonly folder: string;
  readonly release: string;
};

export const COLLECTOR_CHART = chartIn('collector', 'hopsmeter-collector');
export const HOPSMETER_CHART = chartIn('hopsmeter', 'hopsmeter');

/** What installs a release, as templates see it. */
export type Installer = 'Helm' | 'kubectl';

type ReadChart = {
  readonly about: Values;
  readonly templates: readonly (readonly [name: string, template: Template])[];
  readonly defined: ReadonlyMap<string, readonly Part[]>;
};

/** By folder: tests render a chart many times. */
const readCharts = new Map<string, ReadChart>();

type Values = Readonly<Record<string, unknown>>;

/** A file of the chart. */
export function readChartFile({ folder }: Chart, name: string): string {
  return readFileSync(`${folder}chart/${name}`, 'utf8');
}

/** The chart's own values with others on top of them, as Helm does it: maps are merged, and null removes. */
export function valuesWith(chart: Chart, others: Values): Values {
  return merge(recordOf(parse(readChartFile(chart, 'values.yaml'))), others);
}

/** Every file of `templates/` that is not empty, by name, with `others` on top of the chart's own values. */
export function renderChart(chart: Chart, others: Values, installer: Installer = 'Helm'): ReadonlyMap<string, string> {
  const { about, templates, defined } = readChart(chart);
  const root = {
    Values: valuesWith(chart, others),
    Release: { Name: chart.release, Service: installer, Namespace: 'hopsmeter' },
    Chart: { Name: about.name, Version: about.version, AppVersion: about.appVersion },
    Files: { Get: (name: unknown) => readChartFile(chart, String(name)) },
  };
  const files = templates
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, { parts }]) => [name, runTemplate(parts, defined, root).trim()] as const);
  return new Map(files.filter(([, text]) => text !== ''));
}

function readChart(chart: Chart): ReadChart {
  const known = readCharts.get(chart.folder);
  if (known !== undefined) return known;
  const templates = readdirSync(`${chart.folder}chart/templates`)
    .sort()
    .map((name) => [name, parseTemplate(readChartFile(chart, `templates/${name}`))] as const);
  const defined = new Map<string, readonly Part[]>(templates.flatMap(([, template]) => [...template.defined]));
  const read = { about: recordOf(parse(readChartFile(chart, 'Chart.yaml'))), templates, defined };
  readCharts.set(chart.folder, read);
  return read;
}

function chartIn(folder: string, release: string): Chart {
  return { folder: fileURLToPath(new URL(`../../deploy/${folder}/`, import.meta.url)), release };
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
