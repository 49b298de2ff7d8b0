import { once } from 'node:events';
import { type ClientProblem, createClient, createEventMaker, type UsageEvent, type Window } from '@hopsmeter/client';
import { type CollectedWindow, type Source, SourceError, type SourceName } from '@hopsmeter/sources';
import { CliError } from '../cli-error.ts';
import { formatCount } from '../console/format-number.ts';
import { formatBar } from '../console/progress-bar.ts';
import type { Screen } from '../console/screen.ts';
import { describeEvent } from './describe-event.ts';

/** A line of a table. */
export type Row = {
  readonly source: SourceName;
  readonly hour: string;
  readonly what: string;
  readonly detail: string;
};

/** What a run has found. */
export type Found = {
  /** What is sent, or would be. */
  readonly rows: Row[];
  readonly quarantined: Row[];
  readonly refused: Row[];
  /** Hours that a source has no answer for. */
  readonly failed: Row[];
};

export function nothingFound(): Found {
  return { rows: [], quarantined: [], refused: [], failed: [] };
}

/** Where the events of a run go. */
export type Target = {
  readonly clusterId: string;
  readonly url: string;
  readonly readKey: () => Promise<string>;
  readonly isDryRun: boolean;
};

export type CollectSourceOptions = {
  readonly source: Source;
  readonly windows: readonly Window[];
  readonly target: Target;
  readonly found: Found;
  readonly screen: Screen;
  readonly signal: AbortSignal;
};

/**
 * Collects the hours of a source one after the other and sends each with its manifest. What goes wrong is in `found`.
 *
 * @throws CliError when ingest does not take the key. @throws the signal's reason.
 */
export async function collectSource({ source, windows, ...rest }: CollectSourceOptions): Promise<void> {
  const { target, found, screen, signal } = rest;
  const maker = createEventMaker(target.clusterId, `/collector/${source.name}`);
  const sending = target.isDryRun ? undefined : await openSending(source.name, target, signal);
  try {
    await screen.step(`collecting ${source.name}`, async (tell) => {
      let [hours, events] = [0, 0];
      for (const window of windows) {
        tell(`${formatBar(hours, windows.length)} ${window.start}`);
        const collected = await tryCollect(source, window, found, signal);
        if (collected === undefined) continue;
        hours += 1;
        events += collected.events.length;
        const manifest = maker.manifest({ window, eventCount: collected.events.length });
        for (const refused of (await sending?.send([...collected.events, manifest])) ?? [])
          found.refused.push({ source: source.name, hour: window.start, ...refused });
      }
      const counts = `${formatCount(hours)} hours, ${formatCount(events)} events`;
      return { value: undefined, text: `${source.name}: ${counts} ${target.isDryRun ? 'would be sent' : 'sent'}` };
    });
  } finally {
    await sending?.close();
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
    for (const event of collected.events) found.rows.push({ ...place, ...describeEvent(event) });
    for (const { name, reason, detail } of collected.quarantined)
      found.quarantined.push({ ...place, what: name, detail: `${reason}: ${detail}` });
    return collected;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    found.failed.push({ ...place, what: '', detail: `${error.code}: ${error.message}` });
    return undefined;
  }
}

type Sending = {
  /** Resolves when ingest has answered for all of them, with those that it refused. */
  send(events: readonly UsageEvent[]): Promise<readonly Pick<Row, 'what' | 'detail'>[]>;
  close(): Promise<void>;
};

async function openSending(
  name: SourceName,
  { clusterId, url, readKey }: Target,
  signal: AbortSignal,
): Promise<Sending> {
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  // A person waits: what passes by itself is waited for, what needs them ends it.
  const onProblem = ({ code, message }: ClientProblem): void => {
    if (code === 'KEY_REFUSED' || code === 'REQUEST_REFUSED')
      failing.abort(new CliError(`ingest does not accept the events: ${message}`));
  };
  const options = { url, key: readKey, clusterId, sourcePath: `/collector/${name}`, closeTimeoutMs: 0, onProblem };
  const client = await createClient(options);
  const stopped = once(stop, 'abort').then((): never => {
    throw stop.reason;
  });
  // It is waited for in a race only.
  stopped.catch(() => undefined);
  return {
    async send(events) {
      stop.throwIfAborted();
      const { refused } = await Promise.race([client.send(events), stopped]);
      return refused.map(({ id, problems }) => ({
        what: id,
        detail: problems.map(({ code, detail }) => `${code}: ${detail}`).join('; '),
      }));
    },
    close: () => client.close(),
  };
}
