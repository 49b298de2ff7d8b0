import type { Pool } from '@hopsmeter/db';
import { persist } from '../persist.ts';
import { type FaultContext, type FaultKind, nothing } from './fault.ts';
import { whyNoDisk } from './redis-faults.ts';

const TARGETS = ['postgres'];

/** The login of the services; see the harness. */
const LOGIN = 'hopsmeter_services';

/** What is done to Postgres. */
export function listPostgresFaults(): FaultKind[] {
  return [
    {
      name: 'Postgres killed (SIGKILL of the postmaster)',
      track: 'kills',
      targets: TARGETS,
      forMs: [300, 4_000],
      begin: kill,
    },
    { name: 'Postgres away', track: 'postgres', targets: TARGETS, forMs: [5_000, 60_000], begin: kill },
    {
      name: 'Postgres stopped in order',
      track: 'postgres',
      targets: TARGETS,
      forMs: [500, 3_000],
      async begin({ stack: { postgres } }) {
        await postgres.kill('SIGINT');
        return () => postgres.restart();
      },
    },
    {
      name: 'Postgres hangs (SIGSTOP of its connections)',
      track: 'postgres',
      targets: TARGETS,
      // Beyond the 30 s after which a statement without an answer is given up.
      forMs: [4_000, 45_000],
      async begin(context) {
        const pids = await pidsOfServices(context);
        signal(pids, 'SIGSTOP');
        return async () => signal(pids, 'SIGCONT');
      },
    },
    {
      name: 'Postgres out of connections',
      track: 'postgres',
      targets: TARGETS,
      forMs: [3_000, 15_000],
      async begin(context) {
        const limit = (connections: number) =>
          persist(() => run(context, `alter role ${LOGIN} connection limit ${connections}`));
        await limit(1);
        await terminateServices(context);
        return async () => {
          await limit(-1);
        };
      },
    },
    {
      name: 'connections ended by Postgres',
      track: 'postgres',
      targets: TARGETS,
      forMs: [200, 200],
      async begin(context) {
        await terminateServices(context);
        return nothing;
      },
    },
    {
      name: 'tables locked by a migration',
      track: 'postgres',
      targets: TARGETS,
      forMs: [2_500, 20_000],
      begin: ({ stack: { pool } }) => persist(() => lockTables(pool)),
    },
    {
      name: "Postgres' disk full",
      track: 'postgres',
      targets: TARGETS,
      forMs: [4_000, 20_000],
      impossible: whyNoDisk('postgres'),
      async begin({ stack: { disks } }) {
        const disk = disks.get('postgres');
        if (disk === undefined || 'why' in disk) return nothing;
        await disk.fill();
        return disk.empty;
      },
    },
  ];
}

async function kill({ stack: { postgres } }: FaultContext): Promise<() => Promise<void>> {
  await postgres.kill('SIGKILL');
  return () => postgres.restart();
}

/** Holds what a migration holds while it changes the ledger or the rollup. */
async function lockTables(pool: Pool): Promise<() => Promise<void>> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('lock table hopsmeter.usage_events, hopsmeter.usage_daily in access exclusive mode');
  } catch (error) {
    // Closed, not given back: it may still be in the transaction.
    client.release(true);
    throw error;
  }
  return async () => {
    await client.query('commit');
    client.release();
  };
}

async function run({ stack: { pool } }: FaultContext, sql: string): Promise<void> {
  await pool.query(sql);
}

async function terminateServices(context: FaultContext): Promise<void> {
  await persist(() =>
    run(context, `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${LOGIN}'`),
  );
}

async function pidsOfServices({ stack: { pool } }: FaultContext): Promise<readonly number[]> {
  const { rows } = await persist(() =>
    pool.query<{ pid: number }>('select pid from pg_stat_activity where usename = $1', [LOGIN]),
  );
  return rows.map(({ pid }) => pid);
}

/** A connection that has ended meanwhile has no process any more. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
