import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@hopsmeter/runtime';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Metric = { readonly name: string; readonly help: string; readonly type: string };

/** Units that Prometheus does not count in, whole or short. */
const OTHER_UNITS =
  /(^|_)(milliseconds?|microseconds?|nanoseconds?|minutes?|hours?|days?|weeks?|kilobytes?|megabytes?|gigabytes?|bits?|percent|fahrenheit|kelvin|ms|us|ns|kb|mb|gb)(_|$)/;

/** The rules of `promtool check metrics`, for names, types and help. */
function findFaults({ name, help, type }: Metric): string[] {
  const faults = [
    [help.trim() === '', 'no help text'],
    [type === 'counter' && !name.endsWith('_total'), 'counter metrics should have "_total" suffix'],
    [type !== 'counter' && name.endsWith('_total'), 'non-counter metrics should not have "_total" suffix'],
    [/_(bucket|count|sum)$/.test(name), 'the suffix belongs to histograms and summaries'],
    [name.includes(':'), 'metric names should not contain ":"'],
    [/[a-z][A-Z]/.test(name), 'metric names should be written in snake_case'],
    [!/^[a-z][a-z0-9_]*$/.test(name), 'not a metric name'],
    [/(^|_)(counter|gauge|histogram|summary)(_|$)/.test(name), 'metric name should not include its type'],
    [OTHER_UNITS.test(name), 'use base units'],
  ] as const;
  return faults.filter(([isWrong]) => isWrong).map(([, text]) => `${name}: ${text}`);
}

it('has metrics of its own that promtool has nothing to say about', () => {
  const declared = ['services', 'packages'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts') && !path.includes('node_modules'))
      .flatMap((path) => declarationsIn(readFileSync(join(ROOT, folder, path), 'utf8'))),
  );
  expect(declared.length).toBeGreaterThan(20);
  expect(declared.flatMap(findFaults)).toEqual([]);
});

it('serves none of the process either', async () => {
  const metrics = await createRegistry({ withProcess: true }).getMetricsAsJSON();
  expect(metrics.map(({ name, help, type }) => ({ name, help, type: String(type) })).flatMap(findFaults)).toEqual([]);
});

function declarationsIn(source: string): Metric[] {
  return [
    ...source.matchAll(/new (Counter|Gauge|Histogram)\(\{\s*name: '([^']+)',\s*help:\s*(?:'([^']*)'|"([^"]*)")/g),
  ].map(([, type = '', name = '', plain, quoted]) => ({ name, help: plain ?? quoted ?? '', type: type.toLowerCase() }));
}
