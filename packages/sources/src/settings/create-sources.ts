import { type Comparison, compareWhileCollecting } from '../compute/compare-while-collecting.ts';
import type { ComputeOptions } from '../compute/compute-options.ts';
import { createOpenCostSource } from '../compute/create-opencost-source.ts';
import { createPrometheusComputeSource } from '../compute/create-prometheus-source.ts';
import { createEgressSource } from '../egress/create-egress-source.ts';
import { createOfflineStorageSource } from '../offline-storage/create-offline-storage-source.ts';
import type { ReadFolders } from '../offline-storage/folder-sizes.ts';
import { createDuReader } from '../offline-storage/read-by-command.ts';
import { createWebHdfsReader } from '../offline-storage/read-by-web-hdfs.ts';
import type { RonDbOptions } from '../online-storage/ask-rondb.ts';
import { createOnlineStorageSource } from '../online-storage/create-online-storage-source.ts';
import { createProjectsSource, type ProjectsSource } from '../projects/create-projects-source.ts';
import { createHopsworksClient, type Hopsworks } from '../projects/hopsworks-client.ts';
import type { PrometheusOptions } from '../prometheus/prometheus-client.ts';
import type { Source } from '../source.ts';
import type { CollectorSettings } from './collector-settings.ts';
import { createSecretReader } from './read-secret.ts';

const MINUTE_MS = 60_000;

/** What the settings switch on. */
export type ClusterSources = {
  /** Sources of usage. */
  readonly sources: readonly Source[];
  /** Whose the namespaces are; no usage. */
  readonly projects: ProjectsSource | undefined;
};

/**
 * Makes the sources that are switched on. Nothing is asked yet.
 *
 * @param comparison is told how far Prometheus differs from OpenCost, where both are asked; without it neither is.
 */
export function createSources(settings: CollectorSettings, comparison?: Comparison): ClusterSources {
  const hopsworks = createHopsworks(settings);
  const compute = createCompute(settings, hopsworks, comparison);
  const egress = createEgress(settings, hopsworks);
  return {
    sources: [
      ...(compute === undefined ? [] : [compute]),
      ...createStorage(settings, hopsworks),
      ...(egress === undefined ? [] : [egress]),
    ],
    projects: hopsworks === undefined ? undefined : createProjectsSource({ clusterId: settings.CLUSTER_ID, hopsworks }),
  };
}

function createCompute(
  settings: CollectorSettings,
  hopsworks: Hopsworks | undefined,
  comparison: Comparison | undefined,
): Source | undefined {
  const { COMPUTE_SOURCE: wanted, OPENCOST_URL: url, GPU_SHARES: gpuShares, GPU_MODELS: gpuModels } = settings;
  const options: ComputeOptions = {
    ...createCommon(settings, hopsworks),
    ...(gpuModels === undefined ? {} : { gpuModels }),
    ...(gpuShares === undefined ? {} : { gpuShares }),
    isPerMember: settings.COMPUTE_PER_MEMBER,
  };
  const prometheus = findPrometheus(settings);
  const ofPrometheus = () =>
    prometheus === undefined ? undefined : createPrometheusComputeSource({ ...options, prometheus });
  if (wanted === 'prometheus') return ofPrometheus();
  if (url === undefined) return undefined;
  const source = createOpenCostSource({ ...options, url: new URL(url), clusterName: settings.OPENCOST_CLUSTER });
  const other = wanted === 'both' && comparison !== undefined ? ofPrometheus() : undefined;
  return other === undefined || comparison === undefined ? source : compareWhileCollecting(source, other, comparison);
}

function createEgress(settings: CollectorSettings, hopsworks: Hopsworks | undefined): Source | undefined {
  const { EGRESS_ENABLED: isEnabled, EGRESS_QUERY: query } = settings;
  const prometheus = findPrometheus(settings);
  if (!isEnabled || prometheus === undefined) return undefined;
  const common = createCommon(settings, hopsworks);
  return createEgressSource({ ...common, prometheus, ...(query === undefined ? {} : { query }) });
}

function createCommon(settings: CollectorSettings, hopsworks: Hopsworks | undefined) {
  return {
    clusterId: settings.CLUSTER_ID,
    delayMs: settings.OPENCOST_DELAY_MINUTES * MINUTE_MS,
    ignoredNamespaces: settings.NAMESPACES_IGNORED ?? [],
    ...(hopsworks === undefined ? {} : { readProjects: createProjectReader(hopsworks) }),
  };
}

/** Reads the namespaces of all projects. Those that it has seen before stay: a project that is gone was used too. */
function createProjectReader(hopsworks: Hopsworks): (signal: AbortSignal) => Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  return async (signal) => {
    const { projects } = await hopsworks.listProjects(signal);
    for (const { namespace } of projects) if (namespace !== undefined) seen.add(namespace);
    return seen;
  };
}

function createStorage(settings: CollectorSettings, hopsworks: Hopsworks | undefined): readonly Source[] {
  if (hopsworks === undefined) return [];
  const clusterId = settings.CLUSTER_ID;
  const rondb = findRonDb(settings);
  const readFolders = createFolderReader(settings);
  return [
    ...(rondb === undefined ? [] : [createOnlineStorageSource({ clusterId, rondb, hopsworks })]),
    ...(readFolders === undefined ? [] : [createOfflineStorageSource({ clusterId, readFolders, hopsworks })]),
  ];
}

/** Reads the key of the cluster as it is now. @throws SourceError */
export function createClusterKeyReader(settings: CollectorSettings): () => Promise<string> {
  return createSecretReader({ name: 'CLUSTER_KEY', value: settings.CLUSTER_KEY, file: settings.CLUSTER_KEY_FILE });
}

export function createHopsworks(settings: CollectorSettings): Hopsworks | undefined {
  const { HOPSWORKS_URL: url, HOPSWORKS_API_KEY: value, HOPSWORKS_API_KEY_FILE: file } = settings;
  if (url === undefined) return undefined;
  return createHopsworksClient({ url, readKey: createSecretReader({ name: 'HOPSWORKS_API_KEY', value, file }) });
}

function findPrometheus(settings: CollectorSettings): PrometheusOptions | undefined {
  const { PROMETHEUS_URL: url, PROMETHEUS_TOKEN_FILE: tokenFile } = settings;
  if (url === undefined) return undefined;
  return { url: new URL(url), ...(tokenFile === undefined ? {} : { tokenFile }) };
}

export function findRonDb(settings: CollectorSettings): RonDbOptions | undefined {
  const { RONDB_HOST: host, RONDB_PORT: port, RONDB_USER: user, RONDB_TLS: isTls } = settings;
  if (host === undefined || user === undefined) return undefined;
  const { RONDB_PASSWORD: value, RONDB_PASSWORD_FILE: file } = settings;
  return { host, port, user, isTls, readPassword: createSecretReader({ name: 'RONDB_PASSWORD', value, file }) };
}

export function createFolderReader(settings: CollectorSettings): ReadFolders | undefined {
  const { HOPSFS_URL: url, HOPSFS_COMMAND: command, HOPSFS_PATH: path, HOPSFS_USER: user } = settings;
  if (command !== undefined) return createDuReader({ command, path });
  return url === undefined ? undefined : createWebHdfsReader({ url, path, user });
}
