import type { PostedEvent } from '../harness/events.ts';
import type { TestProject } from '../harness/world.ts';

/** A second ago: late enough to be no future, early enough to be today's in nearly every run. */
const TIME = new Date(Date.now() - 1_000).toISOString();

/** One event of `model_calls`, as the cluster of the project would post it. */
export function callsEvent(project: TestProject, id: string, quantity = '1'): PostedEvent {
  return {
    id,
    source: `urn:hopsworks:cluster:${project.clusterId}`,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.meter.v1',
    time: TIME,
    data: { meter: 'model_calls', quantity, namespace: project.namespace },
  };
}
