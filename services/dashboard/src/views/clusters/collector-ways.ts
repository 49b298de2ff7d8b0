/** The ways in which a collector is started, as docs/collector.md has them. */
export const WAYS = [
  { value: 'helm', text: 'Helm' },
  { value: 'kubectl', text: 'kubectl' },
  { value: 'node', text: 'A checkout' },
] as const;

export type Way = (typeof WAYS)[number]['value'];

export type CollectorSettings = {
  readonly clusterId: string;
  /** The key, or what stands in its place. */
  readonly clusterKey: string;
  readonly ingestUrl: string;
};

export type CollectorCommands = {
  /** Starts the collector, with compute from OpenCost. */
  readonly start: string;
  /** Says whether everything is reached. */
  readonly check: string;
};

/** What is missing from the commands is written so that nobody takes it for real. */
const IMAGE = 'registry.example.com/hopsmeter';

const SECRET = (key: string) => `kubectl create namespace hopsmeter
kubectl label namespace hopsmeter pod-security.kubernetes.io/enforce=restricted
kubectl -n hopsmeter create secret generic hopsmeter-collector \\
  --from-literal=cluster-key=${key}`;

const DOCTOR = 'kubectl -n hopsmeter exec deploy/hopsmeter-collector -- \\\n  node packages/cli/dist/main.js doctor';

/** The commands for a terminal, in a folder with this repository in it. */
export function collectorCommands(way: Way, settings: CollectorSettings): CollectorCommands {
  const { clusterId, clusterKey, ingestUrl } = settings;
  switch (way) {
    case 'helm':
      return {
        start: `${SECRET(clusterKey)}
helm install hopsmeter-collector deploy/collector/chart -n hopsmeter \\
  --set image.repository=${IMAGE} \\
  --set settings.CLUSTER_ID=${clusterId} \\
  --set settings.INGEST_URL=${ingestUrl} \\
  --set settings.OPENCOST_URL=http://opencost.opencost.svc:9003`,
        check: DOCTOR,
      };
    case 'kubectl':
      return {
        start: `${SECRET(clusterKey)}
kubectl -n hopsmeter apply -f deploy/collector/manifests
kubectl -n hopsmeter set image deploy/hopsmeter-collector collector=${IMAGE}:0.1.0
kubectl -n hopsmeter set env deploy/hopsmeter-collector \\
  CLUSTER_ID=${clusterId} \\
  INGEST_URL=${ingestUrl}`,
        check: DOCTOR,
      };
    case 'node': {
      const environment = `export CLUSTER_ID=${clusterId}
export CLUSTER_KEY=${clusterKey}
export INGEST_URL=${ingestUrl}
export OPENCOST_URL=http://127.0.0.1:9003
export COLLECTOR_DIRECTORY=$HOME/hopsmeter-collector`;
      return {
        start: `${environment}
npm ci && npm run build
node services/collector/dist/main.js`,
        check: `${environment}
node packages/cli/dist/main.js doctor`,
      };
    }
  }
}
