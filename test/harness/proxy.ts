import { once, setMaxListeners } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What a proxy does to its connections, those that are open included. `black-hole` holds everything back and delivers
 * it afterwards, as a network that comes back does; `half-open` holds it back and has forgotten the connections
 * afterwards; `cut` ends each connection after so many bytes of the server; `drop-reply` swallows the server's next
 * bytes on each connection, which then is at an end.
 */
export type ProxyMode =
  | { readonly kind: 'pass' | 'black-hole' | 'half-open' | 'reset' | 'drop-reply' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'cut'; readonly afterBytes: number };

/** A TCP proxy on 127.0.0.1 that can be told to misbehave. */
export type TestProxy = {
  readonly port: number;
  /** `url` with the proxy's address in place of its own. */
  through(url: string): string;
  set(mode: ProxyMode): void;
  close(): Promise<void>;
};

type Direction = 'to-server' | 'to-client';

type Connection = { readonly ends: readonly [Socket, Socket]; bytesOfServer: number };

/** No chunk of a slow connection waits longer: the mode may have changed. */
const SLOW_STEP_MS = 250;

/** Starts a proxy in front of a port of 127.0.0.1. */
export async function startProxy(targetPort: number): Promise<TestProxy> {
  const connections = new Set<Connection>();
  let mode: ProxyMode = { kind: 'pass' };
  let change = newChange();

  /** Waits until the mode is another one. */
  const changed = async (): Promise<void> => {
    if (!change.signal.aborted) await once(change.signal, 'abort');
  };

  /** Keeps bytes for as long as they must wait; `undefined` when they and their connection are lost. */
  const hold = async (chunk: Buffer, direction: Direction, connection: Connection): Promise<Buffer | undefined> => {
    for (;;) {
      const now = mode;
      if (now.kind === 'reset') return undefined;
      if (now.kind === 'half-open') {
        await changed();
        return undefined;
      }
      if (now.kind !== 'black-hole') break;
      await changed();
    }
    if (mode.kind === 'latency') await delay(mode.ms);
    if (mode.kind === 'slow') await delay(Math.min(SLOW_STEP_MS, (chunk.length / mode.bytesPerSecond) * 1_000));
    if (direction === 'to-server') return chunk;
    connection.bytesOfServer += chunk.length;
    if (mode.kind === 'drop-reply') return undefined;
    return mode.kind === 'cut' && connection.bytesOfServer > mode.afterBytes ? undefined : chunk;
  };

  const pump = async (from: Socket, to: Socket, direction: Direction, connection: Connection): Promise<void> => {
    for await (const chunk of from) {
      const passed = await hold(chunk, direction, connection);
      if (passed === undefined) return reset(connection);
      // One that ends while it has a full buffer never drains.
      if (!to.write(passed)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  };

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    if (mode.kind === 'reset') {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const connection: Connection = { ends: [client, upstream], bytesOfServer: 0 };
    connections.add(connection);
    for (const end of connection.ends) {
      end.setNoDelay(true);
      end.on('error', () => reset(connection)).on('close', () => reset(connection));
    }
    // What a pump throws is the end of a connection, which both sides are told.
    for (const direction of ['to-server', 'to-client'] as const) {
      const [from, to] = direction === 'to-server' ? [client, upstream] : [upstream, client];
      pump(from, to, direction, connection).catch(() => reset(connection));
    }
  });

  const reset = (connection: Connection): void => {
    if (!connections.delete(connection)) return;
    // A reset of a socket that is being shut down is refused, and Node 20 then waits for its handle for ever at exit.
    for (const end of connection.ends) end.writableEnded ? end.destroy() : end.resetAndDestroy();
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    through(url) {
      const through = new URL(url);
      through.hostname = '127.0.0.1';
      through.port = String(port);
      return through.href;
    },
    set(next) {
      mode = next;
      for (const connection of connections) {
        connection.bytesOfServer = 0;
        if (next.kind === 'reset') reset(connection);
      }
      change.abort();
      change = newChange();
    },
    async close() {
      for (const connection of connections) reset(connection);
      server.close();
      await once(server, 'close');
    },
  };
}

/** Both directions of every connection may wait for it. */
function newChange(): AbortController {
  const change = new AbortController();
  setMaxListeners(0, change.signal);
  return change;
}
