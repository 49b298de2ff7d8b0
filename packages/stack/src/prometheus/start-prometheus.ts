import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { becomeReady } from '../process/become-ready.ts';
import { LOOPBACK } from '../process/choose-port.ts';
import { openLogFile } from '../process/log-file.ts';
import { claimName } from '../process/process-record.ts';
import { createRestartable, type Restartable } from '../process/restartable.ts';
import { runCommand } from '../process/run-command.ts';
import { type RunningProcess, runProcess, type StopStep } from '../process/run-process.ts';
import { steadyPort } from '../process/steady-port.ts';
import type { Program } from '../program/package.ts';
import { type Report, silent } from '../report.ts';
import { findPrometheus } from './find-prometheus.ts';

/** Far from 9090, where a developer's own is. */
const PREFERRED_PORT = 59_090;

/** It has little to load: seconds are a machine that is busy with everything else. */
const READY_DEADLINE_MS = 60_000;

/** A page over loopback: one that takes longer is not ready. */
const ANSWER_DEADLINE_MS = 2_000;

/** Some thousand samples. */
const FILL_DEADLINE_MS = 60_000;

/** A month, as Prometheus itself makes them at most. */
const BLOCK_DURATION = '744h';

const STOP_STEPS: readonly [StopStep, ...StopStep[]] = [{ signal: 'SIGTERM', withinMs: 15_000 }];

/** Where and how to start. */
export interface PrometheusOptions {
  /** The data goes to `<directory>/prometheus`, of which nothing is kept; the log to `<directory>/prometheus.log`. */
  readonly directory: string;
  /** What it scrapes and how often: its configuration, as JSON, which is YAML too. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What it knows already: samples with times, as an OpenMetrics text that ends in `# EOF`. */
  readonly samples?: string;
  /** Exactly this port. Default: 59090 when it is free, else one that is. */
  readonly port?: number;
  /** Where Prometheus is unpacked when it cannot be installed. Default `<directory>/software`. */
  readonly software?: string;
  readonly report?: Report;
}

/** A Prometheus that answers queries. */
export interface Prometheus extends Restartable {
  readonly url: string;
}

/**
 * Starts a Prometheus on 127.0.0.1. Gets Prometheus first when there is none, saying so through `report`.
 *
 * @throws StackError `DIRECTORY_IN_USE`, `PORT_TAKEN`, `PROMETHEUS_MISSING`, `COMMAND_FAILED` when the samples are
 * none, or `NOT_READY` with the end of the log.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { directory, config, samples, port, software, report = silent } = options;
  const folder = resolve(directory);
  const home = join(folder, 'prometheus');
  await claimName(folder, 'prometheus', report);
  const program = await findPrometheus(software ?? join(folder, 'software'), report);
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const configFile = join(home, 'prometheus.yml');
  await writeFile(configFile, JSON.stringify(config));
  if (samples !== undefined) await fill(program, home, samples);
  const steady = steadyPort({ port, preferred: PREFERRED_PORT }, (chosen) =>
    launch(program, folder, configFile, chosen),
  );
  const restartable = await createRestartable('prometheus', steady.start);
  report(`Prometheus is ready on port ${steady.port()}`);
  return Object.assign(restartable, { url: `http://${LOOPBACK}:${steady.port()}` });
}

async function fill({ path, env }: Program, home: string, samples: string): Promise<void> {
  const file = join(home, 'samples.txt');
  await writeFile(file, samples);
  // Blocks of two hours by default: those of a month took minutes on a busy machine.
  const block = `--max-block-duration=${BLOCK_DURATION}`;
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', block, file, join(home, 'data')];
  await runCommand(join(dirname(path), 'promtool'), args, { withinMs: FILL_DEADLINE_MS, env });
}

async function launch(program: Program, folder: string, configFile: string, port: number): Promise<RunningProcess> {
  const log = openLogFile(join(folder, 'prometheus.log'));
  const started = await runProcess({
    name: 'prometheus',
    command: program.path,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dirname(configFile), 'data')}`,
      // Samples of any age are kept.
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${LOOPBACK}:${port}`,
    ],
    env: program.env,
    directory: folder,
    cwd: '/',
    output: { file: log.fd },
    stop: STOP_STEPS,
  }).finally(log.close);
  const isReady = () => isAnswering(`http://${LOOPBACK}:${port}/-/ready`);
  await becomeReady(started, { name: 'Prometheus', isReady, withinMs: READY_DEADLINE_MS, tail: log.tail });
  return started;
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    return ok;
  } catch {
    return false;
  }
}
