import { once, setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';
import { ClientError } from './client-error.ts';
import { type ClientOptions, type ReadyOptions, readOptions } from './client-options.ts';
import { createCounters } from './client-stats.ts';
import { writeEvent } from './events/check-event.ts';
import { createEventMaker } from './events/event-maker.ts';
import type { CloudEvent, UsageEvent } from './events/event-types.ts';
import { packEvents } from './events/packed-events.ts';
import { createMemoryStore } from './memory-store.ts';
import { createBatchQueue } from './sending/batch-queue.ts';
import { createPace } from './sending/pace.ts';
import { createPoster } from './sending/post-events.ts';
import { runSender } from './sending/run-sender.ts';
import type { SyncFile } from './spool/segment-writer.ts';
import { openSpool } from './spool/spool.ts';
import type { Store, StoreDeps } from './store.ts';

/** What tests replace: how long a second of waiting is, and what makes a file durable. */
export type ClientInternals = { readonly waitScale: number; readonly sync: SyncFile };

export async function assembleClient<Event extends CloudEvent = UsageEvent>(
  clientOptions: ClientOptions,
  { waitScale, sync }: ClientInternals,
): Promise<Client<Event>> {
  const options = readOptions(clientOptions);
  const events = createEventMaker(options.clusterId, options.sourcePath);
  /** Ends every wait. */
  const stopper = new AbortController();
  // Every sender that waits listens.
  setMaxListeners(0, stopper.signal);
  const counters = createCounters();
  const limits = { eventsMax: options.batchEventsMax, bytesMax: options.batchBytesMax };
  const store = await openStore(options, sync, {
    ...limits,
    onAdded: () => queue.notify(),
    onRefused(refusals) {
      counters.refused += refusals.length;
      options.onRefused(refusals);
    },
    after(ms, callback) {
      delay(ms * waitScale, undefined, { signal: stopper.signal }).then(callback, () => undefined);
    },
  });
  const queue = createBatchQueue(store, options.batchWaitMs, (error) =>
    options.onProblem({ code: 'SPOOL_UNREADABLE', message: String(error) }),
  );
  const pace = createPace(stopper.signal, waitScale);
  const poster = createPoster({ ...options, isCompressed: options.gzip });
  const deps = { ...limits, queue, poster, pace, counters, onProblem: options.onProblem, signal: stopper.signal };
  const senders = Promise.all(Array.from({ length: options.connections }, () => runSender(deps)));
  let pendingBytes = 0;
  let closing: Promise<void> | undefined;

  const refuseWhenClosed = (): void => {
    if (closing !== undefined) throw new ClientError('CLOSED', 'it accepts no more events');
  };

  const close = async (): Promise<void> => {
    const deadline = AbortSignal.timeout(options.closeTimeoutMs);
    queue.hurry();
    if (!store.isDurable) await Promise.race([store.drain(), aborted(deadline)]);
    stopper.abort();
    queue.close();
    // A request that is answered in time need not be made again.
    await Promise.race([senders, aborted(deadline)]);
    poster.abort();
    await senders;
    poster.close();
    await store.close();
  };

  return {
    events,
    async send(given) {
      refuseWhenClosed();
      const list: readonly Event[] = isList(given) ? given : [given];
      const packets = packEvents(list.map((event) => writeEvent(event, options.clusterId)));
      if (packets.length === 0) return { spooled: 0, accepted: 0, refused: [] };
      const bytes = packets.reduce((sum, each) => sum + each.bytes.length, 0);
      if (pendingBytes + bytes > options.memoryBytesMax) {
        const detail = `${bytes} bytes beside ${pendingBytes}, at most ${options.memoryBytesMax} are allowed`;
        throw new ClientError('BUFFER_FULL', detail);
      }
      pendingBytes += bytes;
      try {
        return await store.add(packets);
      } finally {
        pendingBytes -= bytes;
      }
    },
    async flush({ timeoutMs } = {}) {
      refuseWhenClosed();
      queue.hurry();
      const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
      await Promise.race([store.drain(), ...(limit === undefined ? [] : [aborted(limit)])]);
      refuseWhenClosed();
      if (limit?.aborted === true) throw new ClientError('FLUSH_TIMEOUT', `${timeoutMs} ms are over`);
    },
    stats: () => ({ ...counters, ...store.figures(), isPaused: pace.isPaused() }),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function openStore(options: ReadyOptions, sync: SyncFile, deps: StoreDeps): Promise<Store> {
  const { spoolDirectory: directory } = options;
  if (directory === undefined) return createMemoryStore(deps);
  return openSpool({ ...options, ...deps, directory, sync });
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
