import type { Window } from '@hopsmeter/client';
import { ConfigError, loadConfig } from '@hopsmeter/runtime';
import {
  type CollectorSettings,
  collectorSettingsSchema,
  createClusterKeyReader,
  createSources,
  type Source,
} from '@hopsmeter/sources';
import { CliError } from '../cli-error.ts';
import { formatCount } from '../console/format-number.ts';
import { formatTable } from '../console/format-table.ts';
import type { Screen } from '../console/screen.ts';
import { collectSource, nothingFound, type Row } from './collect-source.ts';
import { listHours } from './list-hours.ts';

export type CollectOptions = {
  /** First hour, `2026-11-22T13`. */
  readonly from: string;
  /** The end. */
  readonly to: string;
  /** Sends nothing and shows every row. */
  readonly isDryRun: boolean;
  /** Only these; all that are switched on when empty. */
  readonly sources: readonly string[];
};

export type CollectContext = {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The settings of the collector. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Something was refused, quarantined, or could not be read. */
const EXIT_INCOMPLETE = 2;

/**
 * `hopsmeter collect`: reads past hours and sends them, or shows what it would send. It may be stopped and run again:
 * an hour has the same ids whoever collects it.
 *
 * @returns the exit code.
 * @throws CliError when there is nothing to collect, settings are wrong or ingest does not take the key; the signal's
 * reason.
 */
export async function runCollect(options: CollectOptions, context: CollectContext): Promise<number> {
  const { screen, signal, now } = context;
  const { isDryRun } = options;
  const windows = listHours(options.from, options.to, now);
  const settings = readSettings(context.env);
  const { sources } = createSources(settings);
  const { CLUSTER_ID: clusterId, INGEST_URL: url } = settings;
  const target = { clusterId, url, readKey: createClusterKeyReader(settings), isDryRun };
  const found = nothingFound();
  try {
    for (const source of chooseSources(options.sources, sources)) {
      const asked = windows.filter((window) => canCollect(source, window, isDryRun, now));
      if (asked.length > 0) await collectSource({ source, windows: asked, target, found, screen, signal });
      else screen.warn(`${source.name} is sampled by the collector; only this hour can be looked at, with --dry-run`);
    }
  } finally {
    for (const source of sources) await source.close?.();
  }
  if (isDryRun) show(screen, 'Would be sent', found.rows);
  if (found.quarantined.length > 0) show(screen, 'Quarantined, and not billed', found.quarantined);
  if (found.refused.length > 0) show(screen, 'Refused by ingest', found.refused);
  if (found.failed.length > 0) show(screen, 'Not collected', found.failed);
  return found.quarantined.length + found.refused.length + found.failed.length > 0 ? EXIT_INCOMPLETE : 0;
}

function readSettings(env: CollectContext['env']): CollectorSettings {
  try {
    return loadConfig(collectorSettingsSchema, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError(
      `The settings of the collector do not fit:\n${error.problems.map((one) => `  ${one}`).join('\n')}`,
    );
  }
}

/** Recorded hours when they are over; of what is sampled only the hour that it is, and only for looking. */
function canCollect({ kind }: Source, { end }: Window, isDryRun: boolean, now: number): boolean {
  const isOver = Date.parse(end) <= now;
  return kind === 'recorded' ? isOver : !isOver && isDryRun;
}

function chooseSources(names: readonly string[], sources: readonly Source[]): readonly Source[] {
  const known = sources.map(({ name }) => name).join(', ');
  if (known === '')
    throw new CliError('No source is switched on: set OPENCOST_URL, RONDB_HOST, HOPSFS_URL or another.');
  const unknown = names.find((name) => !sources.some((source) => source.name === name));
  if (unknown !== undefined) throw new CliError(`--source ${unknown} is not switched on. These are: ${known}.`);
  return names.length === 0 ? sources : sources.filter(({ name }) => names.includes(name));
}

function show(screen: Screen, title: string, rows: readonly Row[]): void {
  screen.line();
  screen.title(`${title}: ${rows.length === 0 ? 'nothing' : formatCount(rows.length)}`);
  if (rows.length === 0) return;
  const columns = [{ heading: 'source' }, { heading: 'hour' }, { heading: 'row' }, { heading: '' }];
  const cells = rows.map(({ source, hour, what, detail }) => [source, hour, what, detail]);
  for (const line of formatTable({ columns, rows: cells })) screen.line(`  ${line}`);
}
