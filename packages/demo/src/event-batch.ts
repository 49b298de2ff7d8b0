import type { CloudEvent } from '@hopsmeter/client';

/** Events that are sent together, with the key of one cluster. Some must be refused, so they are of no checked type. */
export type EventBatch = { readonly clusterId: string; readonly events: readonly CloudEvent[] };
