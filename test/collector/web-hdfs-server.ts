import { answerJson, type Health, startAnsweringServer } from './answering-server.ts';
import type { MonthTruth } from './month-truth.ts';

const HOUR_MS = 3_600_000;

export type WebHdfsOptions = {
  readonly truth: MonthTruth;
  /** Name of each project's folder, and its namespace. */
  readonly projects: ReadonlyMap<string, string>;
  readonly now: () => number;
  readonly health: () => Health;
};

/** A NameNode that says what is stored when its folders are listed: in another hour these are other numbers. */
export function startWebHdfs({ truth, projects, now, health }: WebHdfsOptions) {
  let hour = 0;
  return startAnsweringServer({
    now,
    health,
    answer(request, response) {
      const url = new URL(request.url ?? '/', 'http://namenode');
      const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
      const namespace = projects.get(name);
      if (url.searchParams.get('op') === 'LISTSTATUS') {
        hour = Math.floor(now() / HOUR_MS);
        const status = [...projects.keys()].map((pathSuffix) => ({ pathSuffix, type: 'DIRECTORY', length: 0 }));
        answerJson(response, { FileStatuses: { FileStatus: status } });
        return;
      }
      if (namespace === undefined) {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ RemoteException: { exception: 'FileNotFoundException', message: name } }));
        return;
      }
      const length = truth.offline(namespace, hour);
      answerJson(response, { ContentSummary: { directoryCount: 1, fileCount: 1, length, spaceConsumed: 3 * length } });
    },
  });
}
