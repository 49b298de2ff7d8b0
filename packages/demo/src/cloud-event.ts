/** A CloudEvent in its JSON form, before anybody has checked it: the demo also sends some that must be refused. */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Events that go to ingest in one request, with the key of one cluster. */
export type EventBatch = { readonly clusterId: string; readonly events: readonly CloudEvent[] };
