export type { Demo } from './create-demo.ts';
export { DemoError } from './demo-error.ts';
export type { DemoFiles, LoadedDemo } from './demo-files.ts';
export { DEMO_CLUSTERS, DEMO_USERS, type DemoCluster, type DemoUser } from './demo-people.ts';
export { type DemoPeriod, hourWindow } from './demo-period.ts';
export { DEMO_PROJECTS, type DemoProject } from './demo-projects.ts';
export type { EventBatch } from './event-batch.ts';
export {
  type LoadOptions,
  type LoadProgress,
  type LoadResult,
  loadDemo,
  type PreparedDemo,
  prepareDemo,
} from './load-demo.ts';
