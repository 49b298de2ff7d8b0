import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { StackError } from '../stack-error.ts';

/** Everything of the local stack listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/**
 * Finds a free port on 127.0.0.1.
 *
 * @param preferred - taken when it is free; `0` asks the operating system straight away.
 */
export async function choosePort(preferred = 0): Promise<number> {
  const port = (await tryPort(preferred)) ?? (await tryPort(0));
  if (port === undefined) throw new StackError('PORT_TAKEN', 'No free port on 127.0.0.1.');
  return port;
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    // A TCP server's address is always an object; the string form is that of a pipe.
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    if (server.listening) await new Promise((closed) => server.close(closed));
  }
}
