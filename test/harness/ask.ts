import { Agent, request } from 'node:http';

export type Answer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
};

export type Question = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
};

/**
 * Asks an HTTP server on loopback, for what `fetch` would put right before it sends it: addresses go out as they are.
 */
export type Ask = {
  (path: string, question?: Question): Promise<Answer>;
  close(): void;
};

/** @param url where it listens, such as `http://127.0.0.1:4000`. */
export function createAsk(url: string): Ask {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string, { method = 'GET', headers = {}, body }: Question = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
      const type = text === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(
        { agent, hostname, port, method, path, headers: { ...type, ...length, ...headers } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const { statusCode: status = 0, headers: answered } = answer;
            resolve({ status, headers: answered, body: Buffer.concat(parts).toString() });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  return Object.assign(ask, { close: () => agent.destroy() });
}
