import { parseAllDocuments } from 'yaml';
import { type Chart, type Installer, renderChart } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

export type ChartObject = Record<string, unknown>;

/** Every object that the chart makes of these values, in the order of its files. */
export function objectsOf(chart: Chart, values: object, installer?: Installer): ChartObject[] {
  return [...renderChart(chart, recordOf(values), installer)]
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text).map((document) => recordOf(document.toJS())));
}

/** The pod that a Deployment, StatefulSet or Job runs. */
export function podOf(object: ChartObject): ChartObject {
  return recordOf(recordOf(recordOf(object.spec).template).spec);
}

/** The only container of that pod. */
export function containerOf(object: ChartObject): ChartObject {
  const [container, ...others] = listOf(podOf(object).containers);
  if (others.length > 0) throw new Error('expected one container');
  return recordOf(container);
}

/** The environment variables of that container; a reference to a Secret as `name/key`. */
export function envOf(object: ChartObject): ReadonlyMap<string, string> {
  return new Map(
    listOf(containerOf(object).env).map(({ name, value, valueFrom }) => [
      String(name),
      valueFrom === undefined ? String(value) : referenceOf(recordOf(valueFrom)),
    ]),
  );
}

export function listOf(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Error('expected a list');
  return value.map(recordOf);
}

function referenceOf({ secretKeyRef }: Record<string, unknown>): string {
  if (secretKeyRef === undefined) return '';
  const { name, key } = recordOf(secretKeyRef);
  return `${name}/${key}`;
}
