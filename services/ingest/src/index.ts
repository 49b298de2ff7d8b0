export { createIngestApp, type IngestDeps } from './app.ts';
export type { ClusterKey, ClusterKeySource } from './cluster-key-snapshot.ts';
export { ingestConfigSchema } from './config.ts';
export { EVENTS_PATH } from './events-path.ts';
