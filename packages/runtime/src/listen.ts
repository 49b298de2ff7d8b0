import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HEALTH_PATHS } from './health-routes.ts';
import type { HttpApp } from './http-app.ts';

/**
 * Connections that the kernel keeps while we do not get round to accepting them; Node's default of 511 fills when two
 * thousand clients reconnect at once, and who finds it full tries again after a second, then three, then seven. Linux
 * takes the smaller of this and net.core.somaxconn, 4096 by default.
 */
const BACKLOG = 4_096;

/** A prober or two and a scraper; more is no health check. */
const HEALTH_CONNECTIONS_MAX = 64;

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  /** Answers health there too. Default: on the usual port only. */
  readonly healthPort?: number | undefined;
};

/**
 * Listens, and answers health on a port of its own as well. A connection there waits behind no others: with 2,000
 * clients connecting at once a new connection to the usual port can wait for seconds, and a prober would have the
 * process killed for being busy. The process and its event loop are the same, so an answer still means that it works.
 *
 * @returns the address; closing the app closes both.
 */
export async function listen(app: HttpApp, { host, port, healthPort }: ListenOptions): Promise<string> {
  if (healthPort !== undefined) await listenForHealth(app, host, healthPort);
  return app.listen({ host, port, backlog: BACKLOG });
}

async function listenForHealth(app: HttpApp, host: string, port: number): Promise<void> {
  await app.ready();
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (HEALTH_PATHS.has(path)) app.routing(request, response);
    else response.writeHead(404).end();
  });
  server.maxConnections = HEALTH_CONNECTIONS_MAX;
  app.server.once('close', () => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  app.log.info({ port: isTcp(address) ? address.port : port }, 'health is answered on a port of its own');
}

function isTcp(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
