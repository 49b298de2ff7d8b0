import { z } from 'zod';
import { type Answer, ask } from '../asking/ask.ts';
import { mapAtOnce } from '../asking/map-at-once.ts';
import { readJson } from '../asking/read-json.ts';
import type { StoredBytes } from '../projects/assign-bytes.ts';
import type { QuarantinedRow } from '../source.ts';
import type { ReadFolders } from './folder-sizes.ts';

export type WebHdfsOptions = {
  /** `http://namenode:50070` */
  readonly url: string;
  /** The folder that holds a folder for each project. */
  readonly path: string;
  /** Who asks, where HopsFS believes what it is told. */
  readonly user: string | undefined;
  /** Of one question. Default: 60 s. */
  readonly timeoutMs?: number;
};

const WHOM = 'HopsFS';
const TIMEOUT_MS = 60_000;

/** A NameNode adds up millions of files for an answer. */
const AT_ONCE = 4;

const foldersSchema = z.object({
  FileStatuses: z.object({ FileStatus: z.array(z.object({ pathSuffix: z.string(), type: z.string() })) }),
});

const summarySchema = z.object({
  /** Without replication. */
  ContentSummary: z.object({ length: z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]) }),
});

/** Reads what projects store by WebHDFS: the list of folders, then the sum of each folder of a project. */
export function createWebHdfsReader(options: WebHdfsOptions): ReadFolders {
  const { path, user, timeoutMs = TIMEOUT_MS } = options;
  const base = `${options.url.replace(/\/+$/, '')}/webhdfs/v1${path.replace(/\/+$/, '')}`;
  const get = (folder: string, operation: string, signal: AbortSignal, statuses: readonly number[] = []) => {
    const query = new URLSearchParams({ op: operation, ...(user === undefined ? {} : { 'user.name': user }) });
    const url = new URL(`${base}${folder}?${query}`);
    return ask({ url, whom: WHOM, timeoutMs, statuses, signal });
  };

  return async (listProjects, signal) => {
    const { text, serverTime } = await get('', 'LISTSTATUS', signal);
    const { FileStatus: entries } = readJson(text, foldersSchema, WHOM).FileStatuses;
    const folders = entries.filter(({ type }) => type === 'DIRECTORY').map(({ pathSuffix }) => pathSuffix);
    const list = await listProjects(signal);
    const names = new Set(list.projects.map(({ name }) => name));
    const read = await mapAtOnce(folders, AT_ONCE, async (name): Promise<StoredBytes | QuarantinedRow> => {
      if (!names.has(name)) return { name, reason: 'unknown_project', detail: `Hopsworks lists no project ${name}` };
      return readSummary(name, await get(`/${encodeURIComponent(name)}`, 'GETCONTENTSUMMARY', signal, [403, 404]));
    });
    return {
      sizes: read.flatMap((each) => ('bytes' in each ? [each] : [])),
      quarantined: read.flatMap((each) => ('bytes' in each ? [] : [each])),
      list,
      serverTime,
    };
  };
}

/** One folder that is closed, or was just deleted, must not cost the others their hour. */
function readSummary(name: string, { status, text }: Answer): StoredBytes | QuarantinedRow {
  if (status === 403)
    return { name, reason: 'not_readable', detail: `${WHOM} does not let HOPSFS_USER read the folder of ${name}` };
  if (status === 404) return { name, reason: 'missing', detail: `the folder of ${name} is gone` };
  const { length } = readJson(text, summarySchema, WHOM).ContentSummary;
  return { name, bytes: BigInt(length) };
}
