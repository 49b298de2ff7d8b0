import { type Client, createClient, createEventMaker, type Refusal, type Window } from '@hopsmeter/client';
import { loadConfig } from '@hopsmeter/runtime';
import {
  type CollectedWindow,
  collectorSettingsSchema,
  createClusterKeyReader,
  createSources,
  type Source,
  SourceError,
  type SourceName,
} from '@hopsmeter/sources';
import { CliError } from '../cli-error.ts';
import { formatCount } from '../console/format-number.ts';
import { formatTable } from '../console/format-table.ts';
import { formatBar } from '../console/progress-bar.ts';
import type { Screen } from '../console/screen.ts';
import { describeEvent } from './describe-event.ts';
import { listHours } from './list-hours.ts';

export type CollectOptions = {
  /** First hour, `2026-11-22T13`. */
  readonly from: string;
  /** The end. */
  readonly to: string;
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

/** Where the events of a run go. */
type Target = {
  readonly clusterId: string;
  readonly url: string;
  readonly readKey: () => Promise<string>;
  readonly isDryRun: boolean;
};

/** Something was refused, quarantined, or could not be read. */
const EXIT_INCOMPLETE = 2;

type Row = { readonly source: SourceName; readonly hour: string; readonly what: string; readonly detail: string };

/**
 * `hopsmeter collect`: reads past hours and sends them, or shows what it would send. It may be stopped and run again,
 * and beside a collector: an hour has the same ids whoever collects it.
 *
 * @returns the exit code.
 * @throws CliError when there is nothing to collect, ConfigError when settings are wrong, the signal's reason.
 */
export async function runCollect(options: CollectOptions, context: CollectContext): Promise<number> {
  const { screen, now } = context;
  const windows = listHours(options.from, options.to, now);
  const settings = loadConfig(collectorSettingsSchema, context.env);
  const { sources } = createSources(settings);
  const chosen = chooseSources(options.sources, sources);
  const { CLUSTER_ID: clusterId, INGEST_URL: url } = settings;
  const target = { clusterId, url, readKey: createClusterKeyReader(settings), isDryRun: options.isDryRun };
  const found: Found = { rows: [], quarantined: [], failed: [], refused: [] };
  try {
    for (const source of chosen) await collectSource(source, windows, target, found, context);
  } finally {
    for (const source of sources) await source.close?.();
  }
  if (options.isDryRun) show(screen, 'Would be sent', found.rows, 'nothing');
  show(screen, 'Quarantined: not billed until a person has looked', found.quarantined);
  show(screen, 'Refused by ingest', found.refused);
  show(screen, 'Not collected', found.failed);
  return found.quarantined.length + found.failed.length + found.refused.length > 0 ? EXIT_INCOMPLETE : 0;
}

type Found = { readonly rows: Row[]; readonly quarantined: Row[]; readonly failed: Row[]; readonly refused: Row[] };

async function collectSource(
  source: Source,
  windows: readonly Window[],
  target: Target,
  found: Found,
  { screen, signal, now }: CollectContext,
): Promise<void> {
  const { clusterId, url, readKey, isDryRun } = target;
  // Of a sample the past is gone.
  const asked = source.kind === 'recorded' ? windows : windows.filter(({ end }) => Date.parse(end) > now);
  if (asked.length === 0) {
    screen.line(`  ${source.name}: it is sampled, and the past cannot be`);
    return;
  }
  const sourcePath = `/collector/${source.name}`;
  const maker = createEventMaker(clusterId, sourcePath);
  const client = isDryRun ? undefined : await createClient({ url, key: readKey, clusterId, sourcePath });
  try {
    await screen.step(`collecting ${source.name}`, async (tell) => {
      let [hours, events] = [0, 0];
      for (const window of asked) {
        tell(`${formatBar(hours, asked.length)} ${window.start}`);
        const collected = await tryCollect(source, window, found, signal);
        hours += 1;
        if (collected === undefined) continue;
        events += collected.events.length;
        const isOver = Date.parse(window.end) <= now;
        const manifest = maker.manifest({ window, eventCount: collected.events.length });
        if (client !== undefined)
          await send(client, [...collected.events, ...(isOver ? [manifest] : [])], source.name, window, found);
      }
      const verb = isDryRun ? 'would be sent' : 'sent';
      const text = `${source.name}: ${formatCount(hours)} hours, ${formatCount(events)} events ${verb}`;
      return { value: undefined, text };
    });
  } finally {
    await client?.close();
  }
}

async function tryCollect(
  source: Source,
  window: Window,
  found: Found,
  signal: AbortSignal,
): Promise<CollectedWindow | undefined> {
  const place = { source: source.name, hour: window.start };
  try {
    const collected = await source.collect(window, signal);
    for (const event of collected.events) {
      const { what, quantities } = describeEvent(event);
      found.rows.push({ ...place, what, detail: quantities });
    }
    for (const { name, reason, detail } of collected.quarantined)
      found.quarantined.push({ ...place, what: name, detail: `${reason}: ${detail}` });
    return collected;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    found.failed.push({ ...place, what: '', detail: `${error.code}: ${error.message}` });
    return undefined;
  }
}

async function send(
  client: Client,
  events: Parameters<Client['send']>[0],
  source: SourceName,
  window: Window,
  found: Found,
): Promise<void> {
  const { refused } = await client.send(events);
  const describe = ({ problems }: Refusal): string =>
    problems.map(({ code, detail }) => `${code}: ${detail}`).join('; ');
  for (const refusal of refused)
    found.refused.push({ source, hour: window.start, what: refusal.id, detail: describe(refusal) });
}

function chooseSources(names: readonly string[], sources: readonly Source[]): readonly Source[] {
  const known = sources.map(({ name }) => name).join(', ');
  if (known === '')
    throw new CliError('No source is switched on: set OPENCOST_URL, RONDB_HOST, HOPSFS_URL or another.');
  const unknown = names.find((name) => !sources.some((source) => source.name === name));
  if (unknown !== undefined) throw new CliError(`--source ${unknown} is not switched on. These are: ${known}.`);
  return names.length === 0 ? sources : sources.filter(({ name }) => names.includes(name));
}

function show(screen: Screen, title: string, rows: readonly Row[], whenEmpty?: string): void {
  if (rows.length === 0 && whenEmpty === undefined) return;
  screen.line();
  screen.title(`${title}: ${rows.length === 0 ? whenEmpty : formatCount(rows.length)}`);
  if (rows.length === 0) return;
  const columns = [{ heading: 'source' }, { heading: 'hour' }, { heading: 'row' }, { heading: '' }];
  const cells = rows.map(({ source, hour, what, detail }) => [source, hour, what, detail]);
  for (const line of formatTable({ columns, rows: cells })) screen.line(`  ${line}`);
}
