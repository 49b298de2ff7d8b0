import { loadConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { collectorConfigSchema } from '../../services/collector/src/config.ts';
import * as objects from './chart-objects.ts';
import { compileSchema } from './chart-schema.ts';
import { findFaults } from './kubernetes-objects.ts';
import { COLLECTOR_CHART, valuesWith } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

const { listOf } = objects;
const isValid = compileSchema(COLLECTOR_CHART);

const REQUIRED = { CLUSTER_ID: '7d1f3c52-8a0b-4e6f-9c1d-2b5a6e7f8091', INGEST_URL: 'https://ingest.example.com' };

const EVERY_SOURCE = {
  ...REQUIRED,
  COMPUTE_SOURCE: 'both',
  COMPUTE_PER_MEMBER: true,
  PROMETHEUS_URL: 'http://prometheus:9090',
  EGRESS_ENABLED: true,
  EGRESS_QUERY: 'sum by (namespace) (increase(egress_bytes_total{to!~"10\\\\..*"}[1h]))',
  RONDB_HOST: 'mysqlds.hopsworks.svc',
  RONDB_USER: 'hopsmeter',
  HOPSFS_URL: 'http://namenode.hopsworks.svc:50070',
  HOPSWORKS_URL: 'https://hopsworks.hopsworks.svc:8182',
  RECHECK_THRESHOLD: 0.0001,
};

const EVERYTHING = {
  settings: EVERY_SOURCE,
  gpuModels: { 'NVIDIA H100 80GB HBM3': 'H100', 'it\'s "quoted" & <odd>': 'ODD' },
  secretKeys: { PROMETHEUS_TOKEN_FILE: 'prometheus-token' },
  caBundle: { existingConfigMap: 'our-authority' },
  extraEnv: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  image: { repository: 'registry.example.com/hopsmeter', digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  persistence: { storageClassName: 'fast', annotations: { backup: 'no' } },
  networkPolicy: { extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.5/32' } }], ports: [{ port: 8443 }] }] },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  serviceAccount: { annotations: { team: 'platform' } },
  fullnameOverride: 'usage-of-eu-west-1',
  podAnnotations: { note: 'one: two' },
  podLabels: { team: 'platform' },
  priorityClassName: 'high',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
};

const NOTHING = {
  settings: { ...REQUIRED, OPENCOST_URL: null, SPOOL_BYTES_MAX: null },
  networkPolicy: { enabled: false },
  persistence: { existingClaim: 'spool' },
  serviceAccount: { create: false },
  podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null },
};

const COMMAND = {
  settings: {
    ...REQUIRED,
    HOPSWORKS_URL: EVERY_SOURCE.HOPSWORKS_URL,
    HOPSFS_COMMAND: ['hdfs', 'dfs', '-du', '/Projects'],
  },
};

const CASES = [
  ['only what is required', { settings: REQUIRED }],
  ['everything on', EVERYTHING],
  ['everything off', NOTHING],
  ['a command instead of WebHDFS', COMMAND],
] as const;

describe('the chart of the collector', () => {
  it.each(CASES)('makes objects as Kubernetes knows them: %s', (_, values) => {
    expect(render(values).flatMap(findFaults)).toEqual([]);
  });

  it.each(CASES)('has a schema that its values fit: %s', (_, values) => {
    expect(isValid(valuesWith(COLLECTOR_CHART, values)) || isValid.errors).toBe(true);
  });

  it('makes the kinds that are switched on, and never a role', () => {
    const kinds = (values: object) => render(values).map(({ kind }) => kind);
    expect(kinds({ settings: REQUIRED })).toEqual([
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'Service',
      'ServiceAccount',
    ]);
    expect(kinds(EVERYTHING)).toEqual([
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PrometheusRule',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]);
    expect(kinds(NOTHING)).toEqual(['Deployment', 'Service']);
  });

  it.each([
    ['a setting that there is not', { settings: { ...REQUIRED, OPENCOST_ULR: 'http://opencost' } }],
    ['a key in a setting', { settings: { ...REQUIRED, CLUSTER_KEY: 'hwm_live_1' } }],
    ['a part that there is not', { settings: REQUIRED, replicas: 2 }],
    ['a field of a part that there is not', { settings: REQUIRED, image: { name: 'hopsmeter' } }],
    [
      'a rule without ports',
      { settings: REQUIRED, networkPolicy: { egress: { INGEST_URL: { to: [{}], ports: [] } } } },
    ],
    ['no key of the cluster', { settings: REQUIRED, secretKeys: { CLUSTER_KEY_FILE: null } }],
  ])('refuses values with %s', (_, values) => {
    expect(isValid(valuesWith(COLLECTOR_CHART, values))).toBe(false);
  });

  it.each(['CLUSTER_ID', 'INGEST_URL'])('says so where %s is missing', (name) => {
    expect(() => render({ settings: { ...REQUIRED, [name]: null } })).toThrow(`settings.${name}:`);
  });

  it('gives settings to the collector as they are, and leaves the others to its own defaults', () => {
    const env = envOf(EVERYTHING);
    for (const [name, value] of Object.entries(EVERY_SOURCE)) expect(env.get(name)).toBe(String(value));
    expect(JSON.parse(String(env.get('GPU_MODELS')))).toEqual(EVERYTHING.gpuModels);
    expect(env.get('SPOOL_BYTES_MAX')).toBe('1073741824');
    expect(env.has('LOG_LEVEL')).toBe(false);
    expect(JSON.parse(String(envOf(COMMAND).get('HOPSFS_COMMAND')))).toEqual(COMMAND.settings.HOPSFS_COMMAND);
  });

  it.each(CASES.filter(([, values]) => values !== NOTHING))(
    'gives the collector settings that it takes: %s',
    (_, values) => {
      expect(loadConfig(collectorConfigSchema, Object.fromEntries(envOf(values)))).toMatchObject({
        CLUSTER_ID: REQUIRED.CLUSTER_ID,
        COLLECTOR_HOST: '0.0.0.0',
        CLUSTER_KEY_FILE: '/etc/hopsmeter/secret/cluster-key',
      });
    },
  );

  it('mounts the keys of the sources that are on as files of a whole folder, which follow their Secret', () => {
    expect(filesOf({ settings: REQUIRED })).toEqual(['cluster-key']);
    expect(filesOf(EVERYTHING)).toEqual(['cluster-key', 'hopsworks-api-key', 'prometheus-token', 'rondb-password']);
    expect(envOf(EVERYTHING).get('RONDB_PASSWORD_FILE')).toBe('/etc/hopsmeter/secret/rondb-password');
    const mounts = listOf(containerOf(EVERYTHING).volumeMounts);
    expect(mounts.find(({ name }) => name === 'secret')).toEqual({
      name: 'secret',
      mountPath: '/etc/hopsmeter/secret',
      readOnly: true,
    });
  });

  it('runs under what the standard "restricted" asks for, and without a right in the cluster', () => {
    const pod = podOf({ settings: REQUIRED });
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf({ settings: REQUIRED }).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(find('ServiceAccount', { settings: REQUIRED }).automountServiceAccountToken).toBe(false);
    expect(Object.keys(recordOf(podOf(NOTHING).securityContext))).not.toContain('runAsUser');
  });

  it('lets nothing out but DNS and what is set', () => {
    const ports = (values: object) =>
      listOf(recordOf(find('NetworkPolicy', values).spec).egress).map(({ ports: those }) =>
        listOf(those).map(({ port }) => port),
      );
    expect(ports({ settings: { ...REQUIRED, OPENCOST_URL: null } })).toEqual([[53, 53], [443]]);
    expect(ports(EVERYTHING)).toEqual([[53, 53], [50070], [8182], [443], [9003], [9090], [3306], [8443]]);
  });

  it('lets nothing in but to the port of its health and metrics', () => {
    expect(recordOf(find('NetworkPolicy', EVERYTHING).spec).ingress).toEqual([
      { from: [{ namespaceSelector: {} }], ports: [{ port: 'http', protocol: 'TCP' }] },
    ]);
    expect(containerOf(EVERYTHING).ports).toEqual([{ name: 'http', containerPort: 4300, protocol: 'TCP' }]);
  });

  it('keeps the spool below its volume, and the volume when it is uninstalled', () => {
    const claim = find('PersistentVolumeClaim', { settings: REQUIRED });
    expect(recordOf(claim.metadata).annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(claim.spec).toMatchObject({ resources: { requests: { storage: '2Gi' } } });
    expect(Number(envOf({ settings: REQUIRED }).get('SPOOL_BYTES_MAX'))).toBeLessThan(2 * 2 ** 30 * 0.75);
  });

  it('never runs two pods on one volume', () => {
    const spec = find('Deployment', EVERYTHING).spec;
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });
});

function render(values: object): objects.ChartObject[] {
  return objects.objectsOf(COLLECTOR_CHART, values);
}

function find(kind: string, values: object): objects.ChartObject {
  return recordOf(render(values).find((object) => object.kind === kind));
}

function podOf(values: object): objects.ChartObject {
  return objects.podOf(find('Deployment', values));
}

function containerOf(values: object): objects.ChartObject {
  return objects.containerOf(find('Deployment', values));
}

function envOf(values: object): ReadonlyMap<string, string> {
  return objects.envOf(find('Deployment', values));
}

function filesOf(values: object): unknown[] {
  const secret = listOf(podOf(values).volumes).find(({ name }) => name === 'secret')?.secret;
  const items = listOf(recordOf(secret).items);
  return items.map(({ path }) => path).sort();
}
