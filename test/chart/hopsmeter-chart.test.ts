import { loadConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { apiConfigSchema } from '../../services/api/src/config.ts';
import { ingestConfigSchema } from '../../services/ingest/src/config.ts';
import { workerConfigSchema } from '../../services/worker/src/config.ts';
import { type ChartObject, containerOf, envOf, listOf, objectsOf, podOf } from './chart-objects.ts';
import { compileSchema } from './chart-schema.ts';
import { findFaults } from './kubernetes-objects.ts';
import { HOPSMETER_CHART, readChartFile, renderChart, valuesWith } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

const rendered = new WeakMap<object, ChartObject[]>();

const isValid = compileSchema(HOPSMETER_CHART);

const SUPABASE = recordOf(parse(readChartFile(HOPSMETER_CHART, 'values-supabase.yaml')));
const IN_CLUSTER = recordOf(parse(readChartFile(HOPSMETER_CHART, 'values-in-cluster.yaml')));

const ingressOf = (host: string) => ({
  enabled: true,
  className: 'nginx',
  host,
  tlsSecret: 'tls',
  annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '6m' },
});

const EVERYTHING = {
  settings: {
    AUTH0_ISSUER: 'https://tenant.eu.auth0.com/',
    AUTH0_AUDIENCE: 'https://metering.example.com',
    AUTH0_CLIENT_ID: 'abc',
    QUEUE_BACKLOG_AGE_MAX_MS: 14_400_000,
    STATEMENT_ISSUER: 'it\'s "quoted" | & <odd>',
    SHUTDOWN_DEADLINE_MS: 45_000,
    DRAIN_DELAY_MS: 20_000,
  },
  secrets: {
    WEBHOOK_SIGNING_KEY: { name: 'webhooks', key: 'signing-key' },
    STRIPE_API_KEY: { name: 'stripe', key: 'api-key' },
    DIRECTORY_SOURCE_URL: { name: 'application', key: 'url' },
  },
  ingest: { ingress: ingressOf('ingest.example.com'), service: { annotations: { a: 'b' } }, imageTag: '0.0.9' },
  worker: { autoscaling: { by: 'keda' }, podAnnotations: { note: 'one: two' } },
  api: { ingress: ingressOf('metering.example.com'), service: { type: 'LoadBalancer' } },
  redis: { enabled: true, persistence: { storageClassName: 'fast' } },
  image: { repository: 'registry.example.com/hopsmeter', digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  caBundle: { existingConfigMap: 'our-authority' },
  extraEnv: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  networkPolicy: { extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.5/32' } }], ports: [{ port: 8443 }] }] },
  podMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, labels: { release: 'prometheus' }, docsUrl: 'https://example.com/docs/' },
  grafanaDashboard: { enabled: true, annotations: { grafana_folder: 'billing' } },
  serviceAccount: { annotations: { team: 'platform' } },
  fullnameOverride: 'metering',
  podLabels: { team: 'platform' },
  priorityClassName: 'high',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
};

/** Nothing beside the chart's own. */
const DEFAULT = {};

const NOTHING = {
  ingest: { autoscaling: { enabled: false } },
  worker: { autoscaling: { by: 'metric' } },
  api: { autoscaling: { enabled: false } },
  migrate: { isHook: false },
  networkPolicy: { enabled: false },
  serviceAccount: { create: false },
  podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null },
  topologyKeys: [],
};

const CASES = [
  ['its own values', DEFAULT],
  ['Supabase', SUPABASE],
  ['everything in the cluster', IN_CLUSTER],
  ['everything on', EVERYTHING],
  ['everything off', NOTHING],
] as const;

const PROCESSES = ['api', 'ingest', 'worker'] as const;

describe('the chart of hopsmeter', () => {
  it.each(CASES)('makes objects as Kubernetes knows them: %s', (_, values) => {
    expect(render(values).flatMap(findFaults)).toEqual([]);
  });

  it.each(CASES)('has a schema that its values fit: %s', (_, values) => {
    expect(isValid(valuesWith(HOPSMETER_CHART, values)) || isValid.errors).toBe(true);
  });

  it('makes the kinds that are switched on, and never a role or a Secret', () => {
    const kinds = (values: object) => [...new Set(render(values).map(({ kind }) => kind))].sort();
    const always = ['Deployment', 'Job', 'PodDisruptionBudget', 'Service'];
    const usually = [...always, 'HorizontalPodAutoscaler', 'NetworkPolicy', 'ServiceAccount'];
    expect(kinds(DEFAULT)).toEqual(usually.sort());
    const switchedOn = ['ConfigMap', 'Ingress', 'PodMonitor', 'PrometheusRule', 'ScaledObject', 'StatefulSet'];
    expect(kinds(EVERYTHING)).toEqual([...usually, ...switchedOn].sort());
    expect(kinds(NOTHING)).toEqual([...always, 'HorizontalPodAutoscaler'].sort());
  });

  it.each([
    ['a setting that there is not', { settings: { REDIS_ULR: 'redis://redis' } }],
    ['a key among settings', { settings: { STRIPE_API_KEY: 'rk_1' } }],
    ['a password in a URL', { settings: { DATABASE_URL: 'postgresql://u:secret@db/hopsmeter' } }],
    ['a password behind a URL', { settings: { DATABASE_URL: 'postgresql://u@db/hopsmeter?password=secret' } }],
    ['a password of Redis', { settings: { REDIS_URL: 'redis://:secret@redis:6379' } }],
    ['a Secret without a key', { secrets: { STRIPE_API_KEY: { name: 'stripe' } } }],
    ['a secret itself', { secrets: { REDIS_URL: 'redis://:secret@redis:6379' } }],
    ['a part that there is not', { postgres: { enabled: true } }],
    ['another way to scale workers', { worker: { autoscaling: { by: 'cpu' } } }],
    ['a rule without ports', { networkPolicy: { egress: { REDIS_URL: { to: [{}], ports: [] } } } }],
  ])('refuses values with %s', (_, values) => {
    expect(isValid(valuesWith(HOPSMETER_CHART, values))).toBe(false);
  });

  it.each([
    ['DATABASE_URL is required', { secrets: { DATABASE_URL: null } }],
    ['REDIS_URL is required', { secrets: { REDIS_URL: null } }],
    ['SUPABASE_SERVICE_ROLE_KEY is required', { secrets: { SUPABASE_SERVICE_ROLE_KEY: null } }],
    ['DATABASE_DIRECT_URL is required', { migrate: { secrets: { DATABASE_DIRECT_URL: null } } }],
    ['REDIS_URL is among settings and among secrets', { settings: { REDIS_URL: 'redis://redis:6379' } }],
    ['ingest.ingress.host is required', { ingest: { ingress: { enabled: true } } }],
    ['settings.DRAIN_DELAY_MS', { settings: { DRAIN_DELAY_MS: 20_000 } }],
  ])('says "%s" where it is so', (message, values) => {
    expect(() => render(values)).toThrow(message);
  });

  it.each(CASES)('gives each process settings that it takes: %s', (_, values) => {
    const schemas = { api: apiConfigSchema, ingest: ingestConfigSchema, worker: workerConfigSchema };
    for (const process of PROCESSES) {
      const env = Object.fromEntries(envOf(deploymentOf(process, values)));
      expect(loadConfig(schemas[process], { ...env, ...whatSecretsHold(env) })).toMatchObject({
        HEALTH_PORT: 4_300,
        [`${process.toUpperCase()}_HOST`]: '0.0.0.0',
      });
    }
  });

  it('gives settings as they are, and leaves the others to their own defaults', () => {
    const env = envOf(deploymentOf('ingest', EVERYTHING));
    expect(env.get('QUEUE_BACKLOG_AGE_MAX_MS')).toBe('14400000');
    expect(env.has('LOG_LEVEL')).toBe(false);
    expect(envOf(deploymentOf('api', EVERYTHING)).get('STATEMENT_ISSUER')).toBe(EVERYTHING.settings.STATEMENT_ISSUER);
  });

  it('gives the owner of the tables to the migration alone, and each process the secrets that it reads', () => {
    const secretsOf = (object: ChartObject) => [...envOf(object)].filter(([, value]) => /^[\w-]+\/[\w-]+$/.test(value));
    expect(secretsOf(jobOf(DEFAULT))).toEqual([['DATABASE_DIRECT_URL', 'hopsmeter-owner/database-direct-url']]);
    expect(secretsOf(deploymentOf('worker', DEFAULT))).toEqual([
      ['DATABASE_URL', 'hopsmeter/database-url'],
      ['REDIS_URL', 'hopsmeter/redis-url'],
    ]);
    expect(secretsOf(deploymentOf('api', DEFAULT))).toEqual([
      ['DATABASE_URL', 'hopsmeter/database-url'],
      ['SUPABASE_SERVICE_ROLE_KEY', 'hopsmeter/service-role-key'],
    ]);
  });

  it('migrates at Supabase by a session, and serves through the pooler of transactions', () => {
    const port = (text: string | undefined) => new URL(String(text)).port;
    expect(port(envOf(jobOf(SUPABASE)).get('DATABASE_DIRECT_URL'))).toBe('5432');
    for (const process of PROCESSES)
      expect(port(envOf(deploymentOf(process, SUPABASE)).get('DATABASE_URL'))).toBe('6543');
  });

  it('migrates before an installation or an upgrade, with nothing that the release makes', () => {
    expect(recordOf(jobOf(DEFAULT).metadata).annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    expect(recordOf(jobOf(NOTHING).metadata).annotations).toBeUndefined();
    expect(podOf(jobOf(EVERYTHING)).serviceAccountName).toBe('default');
    expect(containerOf(jobOf(DEFAULT)).command).toEqual(['node', 'packages/cli/dist/main.js', 'migrate']);
  });

  it.each(CASES)('kills no pod before its own shutdown deadline: %s', (_, values) => {
    for (const process of PROCESSES) {
      const deployment = deploymentOf(process, values);
      const deadlineMs = Number(envOf(deployment).get('SHUTDOWN_DEADLINE_MS'));
      const graceMs = Number(podOf(deployment).terminationGracePeriodSeconds) * 1_000;
      expect(graceMs).toBeGreaterThanOrEqual(deadlineMs + 10_000);
      expect(containerOf(deployment).lifecycle).toBeUndefined();
    }
    // Of those that are connected to; closing needs 8 s for requests in flight, and some for the rest.
    const env = envOf(deploymentOf('ingest', values));
    expect(Number(env.get('DRAIN_DELAY_MS'))).toBeGreaterThan(0);
    expect(Number(env.get('DRAIN_DELAY_MS')) + 10_000).toBeLessThanOrEqual(Number(env.get('SHUTDOWN_DEADLINE_MS')));
  });

  it('asks for health on the port that other connections do not hold up', () => {
    for (const process of PROCESSES) {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(deploymentOf(process, DEFAULT));
      const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => recordOf(probe).httpGet);
      const at = (path: string) => ({ path, port: 'health' });
      expect(asked).toEqual([at('/livez'), at('/livez'), at('/readyz')]);
    }
  });

  it.each(CASES)('runs every pod under what the standard "restricted" asks for: %s', (_, values) => {
    const pods = render(values).filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(String(kind)));
    expect(pods.length).toBeGreaterThan(3);
    for (const object of pods) {
      expect(podOf(object)).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      const container = containerOf(object);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(recordOf(container.resources)).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  it('keeps a pod of each process ready through upgrades, drained nodes and lost zones', () => {
    for (const process of PROCESSES) {
      const deployment = deploymentOf(process, DEFAULT);
      expect(deployment.spec).toMatchObject({ strategy: { rollingUpdate: { maxUnavailable: 0 } } });
      const { matchLabels } = recordOf(recordOf(deployment.spec).selector);
      expect(listOf(podOf(deployment).topologySpreadConstraints)).toEqual(
        ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) =>
          expect.objectContaining({ topologyKey, labelSelector: { matchLabels } }),
        ),
      );
      expect(find('PodDisruptionBudget', `hopsmeter-${process}`, DEFAULT).spec).toMatchObject({
        maxUnavailable: 1,
        selector: { matchLabels },
      });
    }
  });

  it('leaves the number of pods to whoever scales them, and to nobody else', () => {
    const replicas = (values: object) => PROCESSES.map((name) => recordOf(deploymentOf(name, values).spec).replicas);
    expect(replicas(DEFAULT)).toEqual([undefined, undefined, 2]);
    expect(replicas(NOTHING)).toEqual([2, 2, undefined]);
    expect(replicas(EVERYTHING)).toEqual([undefined, undefined, undefined]);
    for (const process of ['api', 'ingest'])
      expect(find('HorizontalPodAutoscaler', `hopsmeter-${process}`, DEFAULT).spec).toMatchObject({
        scaleTargetRef: { kind: 'Deployment', name: `hopsmeter-${process}` },
        minReplicas: 2,
        metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 70 } } }],
      });
  });

  it('scales workers by the age of the queue, by KEDA and without it', () => {
    expect(find('ScaledObject', 'metering-worker', EVERYTHING).spec).toMatchObject({
      scaleTargetRef: { name: 'metering-worker' },
      minReplicaCount: 2,
      maxReplicaCount: 6,
      triggers: [
        {
          type: 'prometheus',
          metricType: 'Value',
          metadata: {
            query: 'max(ingest_queue_oldest_waiting_seconds{namespace="hopsmeter"})',
            threshold: '30',
            ignoreNullValues: 'false',
          },
        },
      ],
    });
    expect(find('HorizontalPodAutoscaler', 'hopsmeter-worker', NOTHING).spec).toMatchObject({
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 'hopsmeter_queue_oldest_waiting_seconds' },
            target: { type: 'Value', value: '30' },
          },
        },
      ],
    });
  });

  it('lets nothing in or out but what is needed', () => {
    const everyPod = recordOf(find('NetworkPolicy', 'hopsmeter', DEFAULT).spec);
    expect(everyPod.policyTypes).toEqual(['Ingress', 'Egress']);
    expect([everyPod.ingress, everyPod.egress]).toEqual([undefined, undefined]);
    for (const { metadata } of render(EVERYTHING).filter(({ spec }) => recordOf(spec ?? {}).template !== undefined))
      expect(recordOf(recordOf(find('NetworkPolicy', 'metering', EVERYTHING).spec).podSelector).matchLabels).toEqual({
        'app.kubernetes.io/name': recordOf(recordOf(metadata).labels)['app.kubernetes.io/name'],
        'app.kubernetes.io/instance': 'hopsmeter',
      });
    const rules = (name: string, values: object) => {
      const { ingress, egress } = recordOf(find('NetworkPolicy', name, values).spec);
      const ports = (those: unknown) =>
        those === undefined ? [] : listOf(those).map((rule) => listOf(rule.ports).map(({ port }) => port));
      return [ports(ingress), ports(egress)];
    };
    const dns = [53, 53];
    const postgres = [5432, 6543];
    expect(rules('hopsmeter-ingest', DEFAULT)).toEqual([
      [['http'], ['health']],
      [dns, postgres, [6379, 6380]],
    ]);
    expect(rules('hopsmeter-worker', DEFAULT)).toEqual([[['health']], [dns, postgres, [6379, 6380]]]);
    expect(rules('hopsmeter-api', DEFAULT)).toEqual([
      [['http'], ['health']],
      [dns, postgres],
    ]);
    expect(rules('hopsmeter-migrate', DEFAULT)).toEqual([[], [dns, [5432]]]);
    const stripeAndWebhooks = [[443], [443]];
    expect(rules('metering-worker', EVERYTHING)).toEqual([
      [['health']],
      [dns, postgres, [6379], ...stripeAndWebhooks, postgres, [8443]],
    ]);
    // Auth0 and the application; the api posts to no webhook.
    expect(rules('metering-api', EVERYTHING)).toEqual([
      [['http'], ['health']],
      [dns, postgres, [443], postgres, [8443]],
    ]);
    expect(rules('metering-redis', EVERYTHING)).toEqual([[[6379]], []]);
  });

  it('lets alerts and sign-ins out to public addresses only', () => {
    const { egress } = recordOf(find('NetworkPolicy', 'metering-worker', EVERYTHING).spec);
    const webhooks = listOf(egress).find(({ ports }) => listOf(ports)[0]?.port === 443);
    expect(recordOf(listOf(recordOf(webhooks).to)[0]).ipBlock).toMatchObject({
      cidr: '0.0.0.0/0',
      except: expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']),
    });
  });

  it('shows of ingest what clusters use, and neither its health nor its metrics', () => {
    const paths = (name: string) => {
      const [rule] = listOf(recordOf(find('Ingress', name, EVERYTHING).spec).rules);
      return listOf(recordOf(recordOf(rule).http).paths).map(({ path }) => path);
    };
    expect(paths('metering-ingest')).toEqual(['/api/v1/']);
    expect(paths('metering-api')).toEqual(['/']);
  });

  it('says in its rules where docs are to be read, if it was told', () => {
    const url = 'https://example.com/docs/operations.md#hopsmeterapiaway';
    expect(JSON.stringify(find('PrometheusRule', 'metering', EVERYTHING))).toContain(`"runbook_url":"${url}"`);
    expect(JSON.stringify(render({ prometheusRule: { enabled: true } }))).toContain(
      '"runbook":"docs/operations.md#hopsmeterapiaway"',
    );
  });

  it('lets one process stay at another version for a while', () => {
    const image = (process: 'ingest' | 'worker') => containerOf(deploymentOf(process, EVERYTHING)).image;
    expect(image('ingest')).toBe('registry.example.com/hopsmeter:0.0.9');
    expect(image('worker')).toBe(`registry.example.com/hopsmeter@sha256:${'a'.repeat(64)}`);
  });
});

describe('the Redis of the chart', () => {
  const redis = find('StatefulSet', 'metering-redis', EVERYTHING);
  const args = listArgs(containerOf(redis).args);

  it('has what it acknowledged on disk and evicts nothing, as the compose file has it', () => {
    expect(args).toMatchObject({
      '--appendonly': 'yes',
      '--appendfsync': 'always',
      '--no-appendfsync-on-rewrite': 'no',
      '--save': '',
      '--maxmemory-policy': 'noeviction',
      '--requirepass': '$(REDIS_PASSWORD)',
    });
    expect(envOf(redis).get('REDIS_PASSWORD')).toBe('hopsmeter/redis-password');
  });

  it('has memory for a fork beside its data, and a disk of several times that', () => {
    const { maxmemory, resources, persistence } = recordOf(valuesWith(HOPSMETER_CHART, {}).redis);
    const data = bytesOf(String(maxmemory));
    expect(bytesOf(String(recordOf(recordOf(resources).limits).memory))).toBeGreaterThanOrEqual(2 * data);
    expect(bytesOf(String(recordOf(persistence).size))).toBeGreaterThanOrEqual(4 * data);
  });

  it('is not restarted by an upgrade of the services', () => {
    const { labels } = recordOf(recordOf(recordOf(redis.spec).template).metadata);
    expect(Object.keys(recordOf(labels))).not.toContain('app.kubernetes.io/version');
  });

  it('is what ingest and workers connect to, with the password of the same Secret', () => {
    for (const process of ['ingest', 'worker'] as const) {
      const env = envOf(deploymentOf(process, EVERYTHING));
      expect(env.get('REDIS_URL')).toBe('redis://:$(REDIS_PASSWORD)@metering-redis:6379');
      // Kubernetes fills in what stands before it.
      const names = [...env.keys()];
      expect(names.indexOf('REDIS_PASSWORD')).toBeLessThan(names.indexOf('REDIS_URL'));
      expect(env.get('REDIS_PASSWORD')).toBe('hopsmeter/redis-password');
    }
    expect(find('Service', 'metering-redis', EVERYTHING).spec).toMatchObject({ ports: [{ port: 6379 }] });
  });
});

it('the notes after an installation name what there is', () => {
  expect(renderChart(HOPSMETER_CHART, DEFAULT).get('NOTES.txt')).toContain('svc/hopsmeter-api');
});

/** By values: most tests look at the same few. */
function render(values: object): ChartObject[] {
  const known = rendered.get(values) ?? objectsOf(HOPSMETER_CHART, values);
  rendered.set(values, known);
  return known;
}

function find(kind: string, name: string, values: object): ChartObject {
  return recordOf(render(values).find((object) => object.kind === kind && recordOf(object.metadata).name === name));
}

function deploymentOf(process: (typeof PROCESSES)[number], values: object): ChartObject {
  const { fullnameOverride = 'hopsmeter' } = recordOf(values);
  return find('Deployment', `${fullnameOverride}-${process}`, values);
}

function jobOf(values: object): ChartObject {
  return recordOf(render(values).find(({ kind }) => kind === 'Job'));
}

/** What stands in the Secrets that are named. */
function whatSecretsHold(env: Readonly<Record<string, string>>): Record<string, string> {
  const held: Record<string, string> = {
    DATABASE_URL: 'postgresql://hopsmeter:secret@db:5432/hopsmeter',
    DIRECTORY_SOURCE_URL: 'postgresql://reader:secret@db:5432/application',
    REDIS_URL: 'redis://:secret@redis:6379',
    STRIPE_API_KEY: 'rk_live_1',
    SUPABASE_SERVICE_ROLE_KEY: 'k'.repeat(40),
    WEBHOOK_SIGNING_KEY: 'k'.repeat(40),
  };
  return Object.fromEntries(
    Object.entries(held).filter(([name]) => /^[\w-]+\/[\w-]+$/.test(env[name] ?? '') || env[name]?.includes('$(')),
  );
}

function listArgs(args: unknown): Record<string, unknown> {
  if (!Array.isArray(args)) throw new Error('expected a list');
  return Object.fromEntries(args.flatMap((arg: unknown, at) => (at % 2 === 0 ? [[String(arg), args[at + 1]]] : [])));
}

function bytesOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)(\w+)$/.exec(text) ?? [];
  const size = { mb: 2 ** 20, Mi: 2 ** 20, gb: 2 ** 30, Gi: 2 ** 30 }[unit];
  if (size === undefined) throw new Error(`${text}: not a size`);
  return Number(count) * size;
}
