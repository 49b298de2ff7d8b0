export type { SourceDifference } from './compute/compare-sources.ts';
export type { Comparison } from './compute/compare-while-collecting.ts';
export { type ComparedWindows, compareWindows } from './compute/compare-windows.ts';
export type { ComputeOptions } from './compute/compute-options.ts';
export { createOpenCostSource, type OpenCostOptions } from './compute/create-opencost-source.ts';
export type { PrometheusComputeOptions } from './compute/create-prometheus-source.ts';
export type { CheckResult } from './doctor/check.ts';
export { checkSettings, type DoctorContext } from './doctor/check-settings.ts';
export type { EgressOptions } from './egress/create-egress-source.ts';
export type { NamespaceOptions } from './namespaces/choose-namespaces.ts';
export type { OfflineStorageOptions } from './offline-storage/create-offline-storage-source.ts';
export type { ReadFolders } from './offline-storage/folder-sizes.ts';
export type { DuOptions } from './offline-storage/read-by-command.ts';
export type { WebHdfsOptions } from './offline-storage/read-by-web-hdfs.ts';
export type { RonDbOptions } from './online-storage/ask-rondb.ts';
export type { OnlineStorageOptions } from './online-storage/create-online-storage-source.ts';
export {
  createProjectsSource,
  type ProjectsOptions,
  type ProjectsSource,
  type ReportedProjects,
} from './projects/create-projects-source.ts';
export type { Hopsworks, HopsworksOptions } from './projects/hopsworks-client.ts';
export { type KnownProjects, knownProjectsSchema, NO_PROJECTS } from './projects/known-projects.ts';
export { planReports } from './projects/plan-reports.ts';
export type { PrometheusOptions } from './prometheus/prometheus-client.ts';
export { type CollectorSettings, collectorSettings } from './settings/collector-settings.ts';
export { collectorSettingsSchema, refuseRuleProblems } from './settings/collector-settings-schema.ts';
export { type ClusterSources, createClusterKeyReader, createSources } from './settings/create-sources.ts';
export type { CollectedWindow, IgnoredRow, Note, QuarantinedRow, Reach, Source, SourceName } from './source.ts';
export { SourceError, type SourceErrorCode } from './source-error.ts';
