import type { ReadFolders } from '../offline-storage/folder-sizes.ts';
import type { Hopsworks, ProjectList } from '../projects/hopsworks-client.ts';
import { type Check, CheckFailure } from './check.ts';
import { checkClock } from './check-clock.ts';

const NO_PROJECTS: ProjectList = { projects: [], unreadable: [], serverTime: undefined };

/** Whether HopsFS tells which folders of projects there are, and how large one of them is. */
export function createHopsFsCheck(
  readFolders: ReadFolders,
  hopsworks: Hopsworks | undefined,
  { path, now }: { readonly path: string; readonly now: () => number },
): Check {
  return {
    name: 'HopsFS',
    advice: {
      UNREACHABLE: 'see HOPSFS_URL or HOPSFS_COMMAND, and whether the network policy lets it out',
      TIMED_OUT: 'see HOPSFS_URL or HOPSFS_COMMAND, and whether the network policy lets it out',
      ACCESS_DENIED: 'set HOPSFS_USER to one who may read all projects, such as hdfs',
      ANSWER_FAILED: `see HOPSFS_PATH, ${path}, and whether WebHDFS is switched on (dfs.webhdfs.enabled)`,
      ANSWER_UNREADABLE: 'HOPSFS_URL is that of a NameNode; HOPSFS_COMMAND prints what hdfs dfs -du prints, without -h',
    },
    async run(signal) {
      let all = NO_PROJECTS;
      const { sizes, quarantined, serverTime } = await readFolders(async (stop) => {
        all = (await hopsworks?.listProjects(stop)) ?? NO_PROJECTS;
        // Adding up one folder shows whether it may; all of them would take as long as a sample.
        return { ...all, projects: all.projects.slice(0, 1) };
      }, signal);
      checkClock(serverTime, now(), 'HopsFS');
      const closed = quarantined.find(({ reason }) => reason === 'not_readable');
      if (closed !== undefined)
        throw new CheckFailure(`${closed.detail}: set HOPSFS_USER to one who may read all projects, such as hdfs`);
      const folders = new Set([...sizes, ...quarantined].map(({ name }) => name));
      if (folders.size === 0) throw new CheckFailure(`there is no folder in ${path}: see HOPSFS_PATH`);
      const missing = all.projects.filter(({ name }) => !folders.has(name)).length;
      const warning =
        missing === 0 ? undefined : `${missing} projects have none: their offline storage is not reported`;
      return { text: `${path} has ${folders.size} folders`, warning };
    },
  };
}
