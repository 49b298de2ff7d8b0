import { describeConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { apiConfigSchema } from '../../services/api/src/config.ts';
import { collectorConfigSchema } from '../../services/collector/src/config.ts';
import { ingestConfigSchema } from '../../services/ingest/src/config.ts';
import { workerConfigSchema } from '../../services/worker/src/config.ts';
import { type ChartObject, envOf, objectsOf } from './chart-objects.ts';
import { COLLECTOR_CHART, HOPSMETER_CHART, valuesWith } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

describe('the chart of the collector', () => {
  /** What the chart sets itself. */
  const OWN = ['COLLECTOR_DIRECTORY', 'COLLECTOR_HOST', 'COLLECTOR_PORT'];

  /** What is a value of its own in the chart. */
  const ELSEWHERE = ['GPU_MODELS'];

  /** What belongs in the Secret: the chart has their files. */
  const SECRET = ['CLUSTER_KEY', 'HOPSWORKS_API_KEY', 'RONDB_PASSWORD'];

  /** Of no use in a cluster: nothing but health is asked of the collector, and tests have what is theirs. */
  const LEFT_OUT = ['FAILPOINTS', 'HEALTH_PORT'];

  it('has exactly the settings that the collector has', () => {
    const { settings, secretKeys } = valuesWith(COLLECTOR_CHART, {});
    const named = [...Object.keys(recordOf(settings)), ...Object.keys(recordOf(secretKeys))];
    const names = describeConfig(collectorConfigSchema).map(({ name }) => name);
    expect([...named, ...OWN, ...ELSEWHERE, ...SECRET].sort()).toEqual(
      names.filter((name) => !LEFT_OUT.includes(name)).sort(),
    );
  });
});

describe('the chart of hopsmeter', () => {
  /** The image says where the page is and that this is production; the rest is for tests and one machine. */
  const LEFT_OUT = ['FAILPOINTS', 'API_DEVELOPMENT_SIGN_IN', 'API_DASHBOARD_DIRECTORY', 'NODE_ENV'];

  /** What belongs in a Secret and nowhere else. */
  const SECRET = [
    'DIRECTORY_SOURCE_URL',
    'STRIPE_API_KEY',
    'SUPABASE_DB_PASSWORD',
    'SUPABASE_SERVICE_ROLE_KEY',
    'WEBHOOK_SIGNING_KEY',
  ];

  /** What may hold a password, and then belongs in a Secret. */
  const EITHER = ['DATABASE_URL', 'REDIS_URL'];

  const { settings, secrets } = valuesWith(HOPSMETER_CHART, {});
  const settable = Object.keys(recordOf(settings));
  const everything = {
    settings: { ...Object.fromEntries(settable.map((name) => [name, 'x'])), SHUTDOWN_DEADLINE_MS: 25_000 },
    secrets: Object.fromEntries(SECRET.map((name) => [name, { name: 's', key: 'k' }])),
  };
  const withoutUrls = { ...everything, secrets: { ...everything.secrets, DATABASE_URL: null, REDIS_URL: null } };
  const deployments = objectsOf(HOPSMETER_CHART, {
    ...withoutUrls,
    settings: { ...everything.settings, DRAIN_DELAY_MS: 0 },
  }).filter(({ kind }) => kind === 'Deployment');

  it.each([
    ['ingest', ingestConfigSchema],
    ['worker', workerConfigSchema],
    ['api', apiConfigSchema],
  ])('gives %s every setting that it reads, and no other', (process, schema) => {
    const names = describeConfig(schema).map(({ name }) => name);
    expect([...envOf(ofProcess(process)).keys()].sort()).toEqual(
      names.filter((name) => !LEFT_OUT.includes(name)).sort(),
    );
  });

  it('has no setting that no process reads', () => {
    const read = new Set(deployments.flatMap((deployment) => [...envOf(deployment).keys()]));
    expect(settable.filter((name) => !read.has(name))).toEqual([]);
  });

  it('takes passwords and keys from Secrets only', () => {
    expect(Object.keys(recordOf(secrets)).sort()).toEqual([...SECRET, ...EITHER].sort());
    expect(settable.filter((name) => SECRET.includes(name))).toEqual([]);
    expect(settable).toEqual(expect.arrayContaining(EITHER));
  });

  function ofProcess(process: string): ChartObject {
    return recordOf(deployments.find(({ metadata }) => recordOf(metadata).name === `hopsmeter-${process}`));
  }
});
