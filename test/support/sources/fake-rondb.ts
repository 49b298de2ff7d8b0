import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariaDb } from '@hopsmeter/stack';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

export type FakeRonDb = {
  readonly host: string;
  readonly port: number;
  /** May read ndbinfo, and nothing else. */
  readonly user: string;
  readonly password: string;
  /** May connect, and read nothing. */
  readonly stranger: string;
  /** Makes it store this: rows of `table_memory_usage`. */
  setTables(rows: readonly (readonly [database: string | null, memory: string, disk: string])[]): Promise<void>;
  /** Executes a statement with all rights. */
  execute(statement: string): Promise<void>;
  /** How many connections of this user execute a statement now. */
  countRunning(user: string): Promise<number>;
  close(): Promise<void>;
};

const PASSWORD = 'secret';

const SETUP = [
  'create database ndbinfo',
  `create table ndbinfo.table_memory_usage (
     table_id int unsigned auto_increment primary key, database_name varchar(64),
     in_memory_bytes bigint unsigned, disk_memory_bytes bigint unsigned
   )`.replaceAll('\n', ' '),
  `create user 'operator'@'%' identified by '${PASSWORD}'`,
  `grant all on *.* to 'operator'@'%'`,
  `create user 'hopsmeter'@'%' identified by '${PASSWORD}'`,
  `grant select on ndbinfo.* to 'hopsmeter'@'%'`,
  `create user 'stranger'@'%' identified by '${PASSWORD}'`,
];

/** What of RonDB a collector sees, on a MariaDB: the same protocol, users and rights. */
export async function startFakeRonDb(): Promise<FakeRonDb> {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-rondb-'));
  const mariadb = await startMariaDb({ directory, setup: SETUP });
  const { host, port } = mariadb;
  const operator = await createConnection({ host, port, user: 'operator', password: PASSWORD });
  return {
    host,
    port,
    user: 'hopsmeter',
    password: PASSWORD,
    stranger: 'stranger',
    async setTables(rows) {
      await operator.query('delete from ndbinfo.table_memory_usage');
      for (const row of rows)
        await operator.query(
          'insert into ndbinfo.table_memory_usage (database_name, in_memory_bytes, disk_memory_bytes) values (?, ?, ?)',
          [...row],
        );
    },
    async execute(statement) {
      await operator.query(statement);
    },
    async countRunning(user) {
      const [rows] = await operator.query<RowDataPacket[]>(
        "select 1 from information_schema.processlist where user = ? and command = 'Query'",
        [user],
      );
      return rows.length;
    },
    async close() {
      await operator.end();
      await mariadb.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
