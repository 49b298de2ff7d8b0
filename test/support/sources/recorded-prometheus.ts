import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Prometheus, startPrometheus } from '@hopsmeter/stack';

export type RecordedSeries = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Times in milliseconds since the epoch, in their order. */
  readonly samples: readonly (readonly [time: number, value: number | string])[];
};

export type RecordedPrometheus = Pick<Prometheus, 'url' | 'close'>;

/** A Prometheus that scrapes nothing and remembers these samples. */
export async function startRecordedPrometheus(series: readonly RecordedSeries[]): Promise<RecordedPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-prometheus-'));
  const prometheus = await startPrometheus({
    directory,
    config: { scrape_configs: [] },
    samples: `${series.flatMap(writeSeries).join('\n')}\n# EOF\n`,
  });
  return {
    url: prometheus.url,
    async close() {
      await prometheus.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function writeSeries({ name, labels, samples }: RecordedSeries): string[] {
  const selected = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return samples.map(([time, value]) => `${name}{${selected.join(',')}} ${value} ${time / 1_000}`);
}
