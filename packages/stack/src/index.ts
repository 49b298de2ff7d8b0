/**
 * The local stack: a real Postgres, a real Redis and our own services as child processes of this one; a browser to test
 * with.
 */
export { findChromium } from './chromium/find-chromium.ts';
export { type Guard, startGuard } from './guard/start-guard.ts';
export { type DirectoryLock, lockDirectory } from './lock-directory.ts';
export { type MariaDb, type MariaDbOptions, startMariaDb } from './mariadb/start-mariadb.ts';
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './pgbouncer/start-pgbouncer.ts';
export type { PostgresSize } from './postgres/postgres-settings.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './postgres/start-postgres.ts';
export { choosePort, isPortFree } from './process/choose-port.ts';
export { endLeftovers } from './process/process-record.ts';
export type { Restartable } from './process/restartable.ts';
export type { ProcessExit } from './process/run-process.ts';
export { type ProcessOptions, startProcess } from './process/start-process.ts';
export { findPrometheus } from './prometheus/find-prometheus.ts';
export { type Prometheus, type PrometheusOptions, startPrometheus } from './prometheus/start-prometheus.ts';
export { type Redis, type RedisOptions, startRedis } from './redis/start-redis.ts';
export type { Report } from './report.ts';
export { StackError, type StackErrorCode } from './stack-error.ts';
