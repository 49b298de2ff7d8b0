import { describeConfig } from '@hopsmeter/runtime';
import { expect, it } from 'vitest';
import { collectorConfigSchema } from '../../services/collector/src/config.ts';
import { valuesWith } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

/** What the chart sets itself. */
const OWN = ['COLLECTOR_DIRECTORY', 'COLLECTOR_HOST', 'COLLECTOR_PORT'];

/** What is a value of its own in the chart. */
const ELSEWHERE = ['GPU_MODELS'];

/** What belongs in the Secret: the chart has their files. */
const SECRET = ['CLUSTER_KEY', 'HOPSWORKS_API_KEY', 'RONDB_PASSWORD'];

/** Of no use in a cluster: nothing but health is asked of the collector, and tests have what is theirs. */
const LEFT_OUT = ['FAILPOINTS', 'HEALTH_PORT'];

it('has exactly the settings that the collector has', () => {
  const { settings, secretKeys } = valuesWith({});
  const named = [...Object.keys(recordOf(settings)), ...Object.keys(recordOf(secretKeys))];
  const names = describeConfig(collectorConfigSchema).map(({ name }) => name);
  expect([...named, ...OWN, ...ELSEWHERE, ...SECRET].sort()).toEqual(
    names.filter((name) => !LEFT_OUT.includes(name)).sort(),
  );
});
