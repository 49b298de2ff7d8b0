import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from './fake-hopsworks.ts';
import { type Served, serve } from './serve.ts';

export type FakeWebHdfs = Served & {
  /** Digits of the bytes of each folder of `/Projects`; a test changes them. */
  readonly folders: Map<string, string>;
  /** Folders that nobody but their owners may read. */
  readonly closed: Set<string>;
  /** Who may ask. */
  readonly user: string;
  time: string | undefined;
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
};

/** WebHDFS of a NameNode, as far as sizes go. */
export async function startFakeWebHdfs(): Promise<FakeWebHdfs> {
  const served = await serve((request, response) => {
    if (fake.time !== undefined) response.setHeader('date', new Date(fake.time).toUTCString());
    if (fake.intercept?.(request, response)) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://namenode');
    const refuse = (status: number, exception: string, message: string) =>
      send(response, status, {
        RemoteException: { exception, javaClassName: `org.apache.hadoop.security.${exception}`, message },
      });
    if (searchParams.get('user.name') !== fake.user)
      return refuse(403, 'AccessControlException', 'Permission denied: user=dr.who, access=READ_EXECUTE');
    const [, name] = /^\/webhdfs\/v1\/Projects(?:\/([^/]+))?$/.exec(decodeURIComponent(pathname)) ?? [];
    if (searchParams.get('op') === 'LISTSTATUS' && pathname === '/webhdfs/v1/Projects') {
      const entry = (pathSuffix: string, type: string) => ({
        accessTime: 0,
        blockSize: 0,
        length: 0,
        owner: 'hdfs',
        pathSuffix,
        permission: '555',
        replication: 0,
        type,
      });
      const entries = [...fake.folders.keys()].map((each) => entry(each, 'DIRECTORY'));
      return send(response, 200, { FileStatuses: { FileStatus: [...entries, entry('README.md', 'FILE')] } });
    }
    const bytes = fake.folders.get(name ?? '');
    if (searchParams.get('op') !== 'GETCONTENTSUMMARY' || bytes === undefined)
      return refuse(404, 'FileNotFoundException', `File does not exist: ${pathname}`);
    if (fake.closed.has(name ?? '')) return refuse(403, 'AccessControlException', 'Permission denied');
    response.writeHead(200, { 'content-type': 'application/json' });
    // By hand: no number of JavaScript holds all of its digits.
    response.end(
      `{"ContentSummary":{"directoryCount":2,"fileCount":1,"length":${bytes},"quota":-1,"spaceConsumed":${BigInt(bytes) * 3n},"spaceQuota":-1,"typeQuota":{}}}`,
    );
  });
  const fake: FakeWebHdfs = {
    ...served,
    folders: new Map(),
    closed: new Set(),
    user: 'hopsmeter',
    time: undefined,
    intercept: undefined,
  };
  return fake;
}
