import { createDirectory, type Directory, type DirectorySnapshot } from '@hopsmeter/usage';

/** The directory in memory. It may be old: the database refuses to record with an old one, and then it is refreshed. */
export type DirectoryCache = {
  current(): Promise<Directory>;
  /** Reads the directory again unless it was read since `version`. */
  refresh(version: string): Promise<Directory>;
};

/** @param load reads a snapshot; its errors reach the callers and are not kept. */
export function createDirectoryCache(load: () => Promise<DirectorySnapshot>): DirectoryCache {
  let directory: Directory | undefined;
  let loading: Promise<Directory> | undefined;
  const reload = (): Promise<Directory> => {
    loading ??= load()
      .then((snapshot) => {
        directory = createDirectory(snapshot);
        return directory;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
  return {
    current: async () => directory ?? reload(),
    refresh: async (version) => (directory === undefined || directory.version === version ? reload() : directory),
  };
}
