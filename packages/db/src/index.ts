export * from './cluster-keys.ts';
export * from './errors.ts';
export * from './load-directory.ts';
export * from './migrate.ts';
export * from './pool.ts';
export * from './purge-expired-events.ts';
export * from './record/record-batch.ts';
export * as schema from './schema/index.ts';
