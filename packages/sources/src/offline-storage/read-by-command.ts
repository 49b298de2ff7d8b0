import type { ReadFolders } from './folder-sizes.ts';
import { readDu } from './read-du.ts';
import { type Command, runCommand } from './run-command.ts';

export type DuOptions = {
  /** Prints what `hdfs dfs -du /Projects` prints. */
  readonly command: Command;
  readonly path: string;
  /** Default: 10 minutes; a full cluster takes 90 s. */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 600_000;

/** Reads what projects store by a command, where WebHDFS is closed. */
export function createDuReader({ command, path, timeoutMs = TIMEOUT_MS }: DuOptions): ReadFolders {
  return async (listProjects, signal) => {
    const sizes = readDu(await runCommand(command, { timeoutMs, signal }), path);
    return { sizes, quarantined: [], list: await listProjects(signal), serverTime: undefined };
  };
}
