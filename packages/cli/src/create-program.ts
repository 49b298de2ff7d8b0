import { Command } from 'commander';
import type { CollectOptions } from './collect/run-collect.ts';
import type { DoctorOptions } from './doctor/run-doctor.ts';
import type { CompareOptions } from './run-compare.ts';
import type { ImportOptions } from './run-import.ts';
import type { ReconcileOptions } from './run-reconcile.ts';
import type { SendOptions } from './send/run-send.ts';

/** What the commands do; `main.ts` provides it. */
export type Actions = {
  start(options: { readonly once: boolean; readonly demo: boolean; readonly directory: string }): Promise<void>;
  migrate(): Promise<void>;
  reconcile(options: ReconcileOptions): Promise<void>;
  import(options: ImportOptions): Promise<void>;
  compare(options: CompareOptions): Promise<void>;
  send(options: SendOptions): Promise<void>;
  doctor(options: DoctorOptions): Promise<void>;
  collect(options: CollectOptions): Promise<void>;
};

const START_HELP = `
What it uses:
  DATABASE_URL               Postgres to use instead of an own one
  DATABASE_DIRECT_URL        the same Postgres without a pooler, for migrations
  SUPABASE_DB_PASSWORD       its password, where the URL has none
  REDIS_URL                  Redis to use instead of an own one
  SUPABASE_SERVICE_ROLE_KEY  key of the api; made and kept when not set
  INGEST_PORT, WORKER_PORT, API_PORT
                             exactly these ports; when not set 4100, 4200 and 4000 or the next free ones
  LOG_LEVEL                  of the services' logs, warn when not set

Everything is kept in .hopsmeter: data, keys, logs. Removing that directory starts from nothing.`;

const MIGRATE_HELP = `
What it uses:
  DATABASE_DIRECT_URL        Postgres, the server itself and no transaction pooler
  DATABASE_URL               used when DATABASE_DIRECT_URL is not set
  SUPABASE_DB_PASSWORD       its password, where the URL has none

May run several times and from several places at once: each migration is applied once.`;

const RECONCILE_HELP = `
What it uses:
  DATABASE_URL               Postgres; may be a transaction pooler
  SUPABASE_DB_PASSWORD       its password, where the URL has none

Compares usage_daily with the ledger and with the prices in force, to the last digit, while everything runs. Changes
nothing without --repair; then the rows that differ become what the ledger says, except those of closed months. Exits
with 1 while something differs.`;

const IMPORT_HELP = `
What it uses:
  DATABASE_URL               Postgres of hopsmeter; may be a transaction pooler
  SUPABASE_DB_PASSWORD       its password, where the URL has none
  PGPASSWORD                 password of the application database, where its URL has none

Brings people, clusters, assignments, projects, credits and past usage over, reading only. Without --apply it says what
would change. With --switch the months before it are closed as imported: their statements say what was billed. It can be
interrupted and run again; what is here already stays as it is. Exits with 2 when rows are listed that cannot come over
or that differ. docs/moving-in.md says what becomes of each table.`;

const COMPARE_HELP = `
What it uses:
  DATABASE_URL               Postgres of hopsmeter; may be a transaction pooler
  SUPABASE_DB_PASSWORD       its password, where the URL has none
  PGPASSWORD                 password of the application database, where its URL has none

Compares what both systems have of each user, day and measure, and says why they differ. It reads both databases and
changes neither, and runs while both systems do; days that are not over are left out. Exits with 1 when a difference
remains unexplained, and with 2 when it could not compare. docs/moving-in.md says what each cause means.`;

const SEND_HELP = `
What it uses:
  CLUSTER_KEY                the key of the cluster whose usage is sent

The file has one CloudEvent in each line, all of one cluster. What is refused is written to another file, with the
reasons. It can be interrupted and run again: an event is counted once. It waits while ingest is away, and stops when
the key or the address is wrong. Exits with 2 when something was refused.`;

const DOCTOR_HELP = `
What it uses: the settings of a collector, by environment; docs/collector.md lists them.

Asks everything that a collector asks, and writes a line for each: whether it works, and what to do when not. Nothing
is counted: ingest is sent no event that it would take. Exits with 1 when something does not work.`;
const COLLECT_HELP = `
What it uses: the settings of the collector (docs/collector.md): CLUSTER_ID, CLUSTER_KEY, INGEST_URL, OPENCOST_URL and
so on.

Reads the hours from --from to --to of each source that is switched on, one after the other, and sends them. With
--dry-run it sends nothing and prints every row. Beside a collector it is harmless: an hour has the same ids whoever
collects it, and an id is counted once; with other numbers than before it is parked as a conflict. Storage is sampled,
so of the past there is none. It can be interrupted and run again. Exits with 2 when rows were quarantined or refused,
or an hour could not be read.`;

/** The command line. Pure: it reads arguments and calls actions. */
export function createProgram(actions: Actions, directory: string): Command {
  const program = new Command('hopsmeter')
    .description('Usage metering for Hopsworks: events in, exact and priced daily totals out')
    .showHelpAfterError('(hopsmeter --help says more)');

  program
    .command('start')
    .description('run everything on this machine: Postgres, Redis, ingest, worker and api, with demo data')
    .option('--once', 'exit after printing the totals; with 1 if a number does not add up')
    .option('--no-demo', 'do not load the demo into an empty database')
    .option('--directory <path>', 'where data, keys and logs are kept', directory)
    .addHelpText('after', START_HELP)
    .action(({ once, demo, directory }) => actions.start({ once: once === true, demo, directory }));

  program
    .command('migrate')
    .description('bring the database schema up to date')
    .addHelpText('after', MIGRATE_HELP)
    .action(() => actions.migrate());

  program
    .command('reconcile')
    .description('compare the daily totals with the ledger; repair them with --repair and a reason')
    .option('--from <day>', 'first usage day, such as 2026-11-01; 400 days ago when not given')
    .option('--to <day>', 'the day after the last; everything up to now when not given')
    .option('--repair', 'make the rows that differ what the ledger says')
    .option('--reason <text>', 'why they are repaired; kept in the audit log')
    .addHelpText('after', RECONCILE_HELP)
    .action(({ from, to, repair, reason }) => actions.reconcile({ from, to, repair: repair === true, reason }));

  program
    .command('import')
    .description('import the directory and past usage of the application in use today; a dry run without --apply')
    .requiredOption('--from <url>', "the application's Postgres, postgres://…")
    .option('--apply', 'make the changes')
    .option('--switch <month>', 'the first month that hopsmeter bills, such as 2026-11; closes the months before it')
    .option('--report <file>', 'write every listed row to a file, one JSON object per line')
    .addHelpText('after', IMPORT_HELP)
    .action(({ from, apply, switch: month, report }) =>
      actions.import({ from, apply: apply === true, switch: month, report }),
    );

  program
    .command('compare')
    .description('say how a month of the application in use today differs from hopsmeter, and why')
    .requiredOption('--month <month>', 'the month, such as 2026-11')
    .requiredOption('--from <url>', "the application's Postgres, postgres://…")
    .option('--csv <file>', 'write every user, day and measure, the equal ones too')
    .addHelpText('after', COMPARE_HELP)
    // Commander's own code for a wrong call is 1, which says here that something remains unexplained.
    .exitOverride()
    .action(({ month, from, csv }) => actions.compare({ month, from, csv }));

  program
    .command('send')
    .description('send the events of a file, or of the standard input with -')
    .argument('<file>', 'one CloudEvent in each line')
    .requiredOption('--url <url>', 'where ingest is, such as https://usage.example.com')
    .option('--refusals <file>', 'where refused events are written; FILE.refusals.ndjson when not given')
    .addHelpText('after', SEND_HELP)
    .action((file, { url, refusals }) => actions.send({ file, url, refusals }));

  program
    .command('doctor')
    .description('say of each thing that a collector needs whether it works, and what to do when not')
    .option('--json', 'one JSON object per line, for programs')
    .addHelpText('after', DOCTOR_HELP)
    .action(({ json }) => actions.doctor({ json: json === true }));

  program
    .command('collect')
    .description('read past hours of a cluster and send them, or show them with --dry-run')
    .requiredOption('--from <hour>', 'the first hour, in UTC, such as 2026-11-22T13 or 2026-11-22')
    .requiredOption('--to <hour>', 'the end: the hour after the last')
    .option('--dry-run', 'send nothing; print every row')
    .option('--source <name...>', 'only these, such as compute or egress; all that are switched on when not given')
    .addHelpText('after', COLLECT_HELP)
    .action(({ from, to, dryRun, source }) =>
      actions.collect({ from, to, isDryRun: dryRun === true, sources: source ?? [] }),
    );

  return program;
}
