import { type GpuModel, METERS } from '@hopsmeter/usage';
import { type DemoCluster, EU, US, userIdOf } from './demo-people.ts';

/** When a project computes. */
export type Rhythm =
  /** Answers requests around the clock, more by day. */
  | 'serving'
  /** Notebooks and experiments in working hours. */
  | 'workday'
  /** Feature pipelines in the night. */
  | 'nightly';

/** What a project uses, about: the hour's own numbers vary around it. */
export type DemoProject = {
  readonly namespace: string;
  readonly cluster: DemoCluster;
  readonly userId: string;
  readonly rhythm: Rhythm;
  /** Cores when it is busy. */
  readonly cores: number;
  /** GB of memory when it is busy. */
  readonly ramGb: number;
  readonly onlineGb: number;
  readonly offlineGb: number;
  /** 0: the project's traffic stays inside the cluster and is not reported. */
  readonly egressGbPerDay: number;
  readonly gpuModel: string | undefined;
};

type Sizes = readonly [cores: number, ramGb: number, onlineGb: number, offlineGb: number, egressGbPerDay: number];

function project(
  cluster: DemoCluster,
  user: string,
  namespace: string,
  rhythm: Rhythm,
  [cores, ramGb, onlineGb, offlineGb, egressGbPerDay]: Sizes,
  gpuModel?: string,
): DemoProject {
  const userId = userIdOf(user);
  return { namespace, cluster, userId, rhythm, cores, ramGb, onlineGb, offlineGb, egressGbPerDay, gpuModel };
}

/** `churn` and `fraud` are the namespaces of the OpenCost samples; `fraud` exists on both clusters, as names may. */
export const DEMO_PROJECTS: readonly DemoProject[] = [
  project(EU, 'Astrid Berg', 'churn', 'workday', [2.5, 10, 8, 120, 0.4], 'A10'),
  project(EU, 'Bela Kovacs', 'fraud', 'serving', [0.6, 4, 40, 300, 2.5]),
  project(EU, 'Bela Kovacs', 'fraud-training', 'nightly', [6, 24, 0, 450, 0], 'A100'),
  project(EU, 'Chiara Rossi', 'recommender', 'serving', [0.9, 6, 64, 200, 5]),
  project(EU, 'Chiara Rossi', 'recommender-lab', 'workday', [2, 12, 0, 80, 0], 'A10'),
  project(EU, 'Daan de Vries', 'demand-forecast', 'nightly', [8, 32, 4, 700, 0.2]),
  project(EU, 'Daan de Vries', 'pricing', 'workday', [1.5, 6, 6, 60, 0.1]),
  project(EU, 'Elena Petrova', 'search-ranking', 'serving', [0.8, 8, 30, 150, 3]),
  project(EU, 'Elena Petrova', 'embeddings', 'nightly', [3, 20, 10, 900, 0], 'H100'),
  project(EU, 'Freja Holm', 'customer-360', 'nightly', [5, 24, 12, 1_200, 0.3]),
  project(EU, 'Freja Holm', 'segments', 'workday', [1, 5, 2, 90, 0]),
  project(EU, 'Gael Moreau', 'logistics-eta', 'serving', [0.5, 3, 12, 80, 1.2]),
  project(EU, 'Gael Moreau', 'routing', 'workday', [2, 8, 0, 45, 0]),
  project(EU, 'Hanna Virtanen', 'inventory', 'nightly', [4, 16, 3, 380, 0.1]),
  project(EU, 'Ines Duarte', 'returns', 'workday', [1.2, 5, 1, 40, 0]),
  project(EU, 'Ines Duarte', 'sizing', 'workday', [1.8, 8, 0, 110, 0], 'A10'),
  project(EU, 'Jakub Nowak', 'clickstream', 'nightly', [7, 28, 0, 1_800, 0.6]),
  project(EU, 'Katya Orlova', 'campaigns', 'workday', [1.1, 4, 2, 70, 0.2]),
  project(EU, 'Liam Byrne', 'store-vision', 'workday', [2.2, 14, 0, 650, 0], 'A100'),
  project(EU, 'Maja Lund', 'loyalty', 'serving', [0.4, 2, 9, 35, 0.8]),
  project(EU, 'Maja Lund', 'sandbox-maja', 'workday', [0.3, 2, 0, 5, 0]),
  project(EU, 'Nils Aker', 'grid-load', 'nightly', [5, 20, 5, 520, 0.3]),
  project(EU, 'Nils Aker', 'outages', 'serving', [0.3, 2, 7, 60, 0.9]),
  project(EU, 'Olga Weiss', 'turbine-health', 'serving', [0.5, 4, 15, 240, 1.1]),
  project(EU, 'Pablo Serra', 'solar-forecast', 'workday', [1.6, 7, 2, 130, 0.1]),
  project(EU, 'Quentin Roux', 'smart-meters', 'nightly', [4.5, 18, 0, 950, 0]),
  project(EU, 'Rosa Marini', 'maintenance', 'workday', [1, 4, 1, 55, 0.1]),
  project(EU, 'Sven Dahl', 'energy-prices', 'serving', [0.3, 2, 4, 30, 0.7]),
  project(EU, 'Sven Dahl', 'sandbox-sven', 'workday', [0.2, 1, 0, 3, 0]),
  project(EU, 'Viktor Strand', 'anomaly', 'workday', [1.8, 9, 3, 160, 0.4], 'A10'),
  project(EU, 'Viktor Strand', 'sensor-quality', 'nightly', [2, 8, 0, 210, 0]),
  project(US, 'Tara Quinn', 'credit-risk', 'serving', [0.4, 3, 18, 90, 0.9]),
  project(US, 'Tara Quinn', 'fraud', 'serving', [0.5, 4, 22, 140, 1.4]),
  project(US, 'Uma Patel', 'claims', 'workday', [1.3, 6, 2, 75, 0.2]),
  project(US, 'Uma Patel', 'claims-documents', 'nightly', [2, 16, 0, 600, 0], 'L4'),
  project(US, 'Wyatt Cole', 'underwriting', 'workday', [1.4, 6, 1, 85, 0]),
  project(US, 'Xenia Cruz', 'aml-graph', 'nightly', [5, 40, 6, 420, 0.2]),
  project(US, 'Xenia Cruz', 'sanctions', 'serving', [0.3, 2, 5, 15, 0.5]),
  project(US, 'Yusuf Amin', 'call-center', 'workday', [0.9, 4, 1, 50, 0.1]),
  project(US, 'Yusuf Amin', 'sandbox-yusuf', 'workday', [0.2, 1, 0, 2, 0]),
];

/** The GPU models of the demo, all on the one meter for GPUs. */
export const DEMO_GPU_MODELS: readonly GpuModel[] = [
  ...new Set(DEMO_PROJECTS.flatMap(({ gpuModel }) => (gpuModel === undefined ? [] : [gpuModel]))),
].map((name) => ({ name, meter: METERS.gpu }));
