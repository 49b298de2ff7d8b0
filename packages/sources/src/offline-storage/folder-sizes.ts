import type { StoredBytes } from '../projects/assign-bytes.ts';
import type { ProjectList } from '../projects/hopsworks-client.ts';
import type { QuarantinedRow } from '../source.ts';

/** The folders of projects and what they hold, read in one of two ways. */
export type FolderSizes = {
  readonly sizes: readonly StoredBytes[];
  /** Folders that are there, whose size was not to be had. */
  readonly quarantined: readonly QuarantinedRow[];
  /** All projects, asked for once it was known which folders there are. */
  readonly list: ProjectList;
  /** What HopsFS' clock said; `undefined` where it told no time. */
  readonly serverTime: number | undefined;
};

/** Reads them. @throws SourceError */
export type ReadFolders = (
  listProjects: (signal: AbortSignal) => Promise<ProjectList>,
  signal: AbortSignal,
) => Promise<FolderSizes>;
