import type {
  FollowedContents,
  FollowedProblem,
  FollowedRow,
  FollowedRows,
  FollowedTable,
  OurDirectory,
} from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import { ourDirectoryOf } from '../moving-in/read-our-directory.ts';
import { instantText } from '../sql/instant.ts';

/** What is remembered of table $1. */
const READ_FOLLOWED = `
select
  key, content, agreed, boundary,
  case when problem is not null then json_build_object('kind', problem_kind, 'reason', problem) end as problem
from hopsmeter.followed_rows where application_table = $1
`;

const READ_VERSION = `
select version::text, ${instantText('clock_timestamp()')} as now from hopsmeter.directory_versions
`;

/** What a look at the application is compared with, all of one moment. */
export type FollowingDirectory = {
  readonly ours: OurDirectory;
  readonly followed: FollowedRows;
  /** Of the directory: plans hold for this one only. */
  readonly version: string;
  /** By the clock of hopsmeter's database. */
  readonly now: string;
};

type Row<Table extends FollowedTable> = FollowedRow<FollowedContents[Table]> & {
  readonly key: string;
  readonly problem: FollowedProblem | null;
};

export function readFollowingDirectory(pool: Pool): Promise<FollowingDirectory> {
  return inSnapshot(pool, async (snapshot) => {
    const { rowsOf } = snapshot;
    const read = async <Table extends FollowedTable>(table: Table) =>
      new Map((await rowsOf<Row<Table>>(READ_FOLLOWED, [table])).map(({ key, ...row }) => [key, row] as const));
    const ours = await ourDirectoryOf(snapshot);
    const followed = {
      hopsworks_clusters: await read('hopsworks_clusters'),
      users: await read('users'),
      user_hopsworks_assignments: await read('user_hopsworks_assignments'),
      user_projects: await read('user_projects'),
    };
    const [version] = await rowsOf<{ version: string; now: string }>(READ_VERSION);
    if (version === undefined) throw new Error('the directory has no version');
    return { ours, followed, ...version };
  });
}
