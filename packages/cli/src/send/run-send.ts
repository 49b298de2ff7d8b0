import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Client, type ClientProblem, type CloudEvent, createClient } from '@hopsmeter/client';
import { CliError } from '../cli-error.ts';
import { formatCount } from '../console/format-number.ts';
import { formatBar } from '../console/progress-bar.ts';
import type { Screen } from '../console/screen.ts';
import { createEventCalls, type EventCalls } from './event-calls.ts';
import { clusterOf, type ReadLine, readEvents } from './read-events.ts';
import { createRefusalList, type RefusalList } from './refusal-list.ts';

export type SendOptions = {
  /** A file with an event in each line, or `-` for the standard input. */
  readonly file: string;
  readonly url: string;
  /** Where refused events are written; beside the file when not given. */
  readonly refusals: string | undefined;
};

export type SendContext = {
  readonly env: NodeJS.ProcessEnv;
  readonly input: NodeJS.ReadableStream;
  readonly screen: Screen;
  readonly signal: AbortSignal;
};

/** Something was refused. */
const EXIT_REFUSED = 2;

/**
 * Sends the events of a file, and writes those that are refused to another one. May be stopped and run again: an event
 * is counted once.
 *
 * @returns the exit code. @throws CliError when the file, the key or the address is wrong. @throws the signal's reason.
 */
export async function runSend(options: SendOptions, { env, input, screen, signal }: SendContext): Promise<number> {
  const key = env.CLUSTER_KEY ?? '';
  if (key === '') throw new CliError('CLUSTER_KEY must be set to the key of the cluster whose usage is sent.');
  const isStdin = options.file === '-';
  const size = isStdin ? undefined : await sizeOf(options.file);
  const path = options.refusals ?? (isStdin ? 'refusals.ndjson' : `${options.file}.refusals.ndjson`);
  const refusals = createRefusalList(path);
  await screen.step('sending', async (show) => {
    const lines = readEvents(isStdin ? input : createReadStream(options.file));
    const { read, accepted } = await sendLines(lines, { url: options.url, key, size, refusals, show, signal });
    const text = `${formatCount(read)} events read, ${formatCount(accepted)} accepted`;
    return { value: undefined, text };
  });
  if (refusals.total() === 0) return 0;
  screen.warn(`${formatCount(refusals.total())} were refused, see ${path}:`);
  for (const [code, count] of refusals.counts()) screen.line(`  ${formatCount(count).padStart(9)} ${code}`);
  return EXIT_REFUSED;
}

type Sending = {
  readonly url: string;
  readonly key: string;
  /** Bytes of the file, where there is one. */
  readonly size: number | undefined;
  readonly refusals: RefusalList;
  readonly show: (progress: string) => void;
  readonly signal: AbortSignal;
};

async function sendLines(
  lines: AsyncIterable<ReadLine>,
  sending: Sending,
): Promise<{ read: number; accepted: number }> {
  const { url, key, size, refusals, show, signal } = sending;
  const failing = new AbortController();
  let [read, accepted, bytes, waiting] = [0, 0, 0, ''];
  let cluster: { readonly id: string; readonly client: Client<CloudEvent>; readonly calls: EventCalls } | undefined;

  const draw = (): void => {
    const counts = `${formatCount(accepted)} accepted, ${formatCount(refusals.total())} refused${waiting}`;
    show(size === undefined ? counts : `${formatBar(bytes, size)} ${counts}`);
  };
  const onProblem = ({ code, message }: ClientProblem): void => {
    // A person waits: what passes by itself is waited for, what needs them ends it.
    if (code === 'KEY_REFUSED' || code === 'REQUEST_REFUSED')
      failing.abort(new CliError(`ingest does not accept the events: ${message}`));
    waiting = `, waiting: ${message}`;
    draw();
  };
  const open = async (id: string) => {
    const client = await createClient<CloudEvent>({ url, key, clusterId: id, closeTimeoutMs: 0, onProblem });
    const calls = createEventCalls({
      client,
      signal: AbortSignal.any([signal, failing.signal]),
      onReceipt(receipt) {
        accepted += receipt.accepted;
        for (const { id, problems, event } of receipt.refused) refusals.add({ id, problems, event });
        waiting = '';
        draw();
      },
      onInvalid: (event, detail) =>
        refusals.add({ id: event.id, problems: [problemOf('INVALID_EVENT', detail)], event }),
    });
    return { id, client, calls };
  };

  try {
    for await (const line of lines) {
      read += 1;
      bytes += line.bytes;
      const id = 'event' in line ? clusterOf(line.event) : undefined;
      if ('event' in line && id !== undefined) {
        cluster ??= await open(id);
        if (cluster.id === id) {
          await cluster.calls.add(line.event);
          continue;
        }
      }
      refusals.add({ line: line.number, ...describeLine(line) });
    }
    await cluster?.calls.finish();
    return { read, accepted };
  } finally {
    await cluster?.client.close();
    await refusals.close();
  }
}

function describeLine(line: ReadLine) {
  if ('text' in line) return { problems: [problemOf('INVALID_LINE', line.detail)], text: line.text };
  const problems = [problemOf('FOREIGN_SOURCE', 'not of the cluster that the first event is of')];
  return { id: line.event.id, problems, event: line.event };
}

function problemOf(code: string, detail: string) {
  return { code, pointer: '', detail };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
