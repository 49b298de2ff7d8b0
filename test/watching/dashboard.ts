/** What Grafana calls the units that we show. */
export type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'ops' | 'reqps';

export type Panel = {
  readonly title: string;
  readonly unit: Unit;
  /** Each with what its series are called. */
  readonly queries: readonly (readonly [query: string, legend: string])[];
  /** What a person should know who looks at it. */
  readonly help?: string;
  /** A number that turns red at this value, instead of a graph. `below`: where it is smaller. */
  readonly red?: { readonly at: number; readonly below?: boolean };
};

export type Row = { readonly title: string; readonly panels: readonly Panel[] };

const NAMESPACE = 'namespace=~"$namespace"';
const OURS = `${NAMESPACE}, job=~"hopsmeter-.+"`;

const rate = (metric: string, labels = '') => `rate(${metric}{${NAMESPACE}${labels}}[$__rate_interval])`;
const quantile = (share: number, metric: string, by = 'le', labels = '') =>
  `histogram_quantile(${share}, sum by (${by}) (${rate(`${metric}_bucket`, labels)}))`;

/** The dashboard of ingest, worker and api: the only place where its panels are described. */
export const DASHBOARD: readonly Row[] = [
  {
    title: 'Is all well?',
    panels: [
      {
        title: 'Ingests that take events',
        unit: 'short',
        queries: [[`sum(ingest_gate_open{${NAMESPACE}})`, '']],
        red: { at: 1, below: true },
      },
      {
        title: 'Oldest batch waits',
        unit: 's',
        queries: [[`max(ingest_queue_oldest_waiting_seconds{${NAMESPACE}})`, '']],
        red: { at: 600 },
      },
      {
        title: 'Batches missing',
        unit: 'short',
        queries: [[`max(queue_jobs_missing{${NAMESPACE}})`, '']],
        help: 'Acknowledged, and neither recorded nor in the queue. Must be 0.',
        red: { at: 1 },
      },
      {
        title: 'Unexplained rows',
        unit: 'short',
        queries: [[`max(unexplained_difference{${NAMESPACE}})`, '']],
        help: 'Rows that differ from the ledger or its prices. Must be 0.',
        red: { at: 1 },
      },
      {
        title: 'Cluster hours missing',
        unit: 'short',
        queries: [[`sum(max by (cluster) (cluster_gaps{${NAMESPACE}}))`, '']],
        red: { at: 1 },
      },
      {
        title: 'Alerts that fire',
        unit: 'short',
        queries: [[`count(ALERTS{${NAMESPACE}, alertname=~"Hopsmeter.+", alertstate="firing"}) or vector(0)`, '']],
        red: { at: 1 },
      },
    ],
  },
  {
    title: 'Events',
    panels: [
      {
        title: 'Acknowledged and counted',
        unit: 'ops',
        queries: [
          [`sum(${rate('ingest_events_accepted_total')})`, 'acknowledged'],
          [`sum(${rate('events_recorded_total', ', outcome="counted"')})`, 'counted'],
        ],
        help: 'Events a second. Where the second line stays below the first one, the queue grows.',
      },
      {
        title: 'What became of events',
        unit: 'ops',
        queries: [[`sum by (outcome) (${rate('events_recorded_total')})`, '{{outcome}}']],
      },
      {
        title: 'Refused events',
        unit: 'ops',
        queries: [[`sum by (code) (${rate('ingest_events_rejected_total')})`, '{{code}}']],
        help: 'By the code of their first problem; their sender was told.',
      },
      {
        title: 'Parked events tried again',
        unit: 'ops',
        queries: [[`sum by (outcome) (${rate('parked_events_retried_total')})`, '{{outcome}}']],
      },
    ],
  },
  {
    title: 'Queue',
    panels: [
      {
        title: 'Batches that wait',
        unit: 'short',
        queries: [[`max(ingest_queue_waiting_jobs{${NAMESPACE}})`, 'waiting']],
      },
      {
        title: 'From the acknowledgement to the recording',
        unit: 's',
        queries: [
          [quantile(0.5, 'batch_wait_seconds'), 'half'],
          [quantile(0.99, 'batch_wait_seconds'), '99 of 100'],
        ],
      },
      {
        title: 'Until Redis has a batch on disk',
        unit: 's',
        queries: [
          [quantile(0.5, 'ingest_queue_add_seconds'), 'half'],
          [quantile(0.99, 'ingest_queue_add_seconds'), '99 of 100'],
        ],
      },
      {
        title: "Redis' memory",
        unit: 'percentunit',
        queries: [
          [
            `max(ingest_redis_memory_used_bytes{${NAMESPACE}} / (ingest_redis_memory_limit_bytes{${NAMESPACE}} > 0))`,
            'used',
          ],
        ],
        help: 'At 65 % ingest refuses events.',
      },
      {
        title: 'Requests that ingest refused unread',
        unit: 'reqps',
        queries: [[`sum by (reason) (${rate('ingest_gate_refusals_total')})`, '{{reason}}']],
      },
      {
        title: 'Touched by others',
        unit: 'short',
        queries: [
          [`max(queue_paused{${NAMESPACE}})`, 'paused'],
          [`sum(increase(queue_jobs_put_back_total{${NAMESPACE}}[$__rate_interval]))`, 'put back'],
        ],
      },
    ],
  },
  {
    title: 'Recording',
    panels: [
      {
        title: 'Time of a batch in Postgres',
        unit: 's',
        queries: [
          [quantile(0.5, 'batch_record_seconds'), 'half'],
          [quantile(0.99, 'batch_record_seconds'), '99 of 100'],
        ],
      },
      {
        title: 'Attempts that failed and are made again',
        unit: 'ops',
        queries: [[`sum by (kind) (${rate('record_failures_total')})`, '{{kind}}']],
        help: 'retry: Postgres is away or busy. unexpected: a missing migration or a bug.',
      },
      {
        title: 'Batches that wait for Postgres',
        unit: 'short',
        queries: [[`sum by (pod) (batches_waiting_for_database{${NAMESPACE}})`, '{{pod}}']],
      },
    ],
  },
  {
    title: 'Requests',
    panels: [
      {
        title: 'Answers by status',
        unit: 'reqps',
        queries: [
          [`sum by (job, status) (rate(http_requests_total{${OURS}}[$__rate_interval]))`, '{{job}} {{status}}'],
        ],
      },
      {
        title: 'Time of an answer, 95 of 100',
        unit: 's',
        queries: [[quantile(0.95, 'http_request_duration_seconds', 'job, le', ', job=~"hopsmeter-.+"'), '{{job}}']],
      },
      {
        title: 'Slowest routes of the api, 95 of 100',
        unit: 's',
        queries: [
          [
            `topk(5, ${quantile(0.95, 'http_request_duration_seconds', 'route, le', ', job="hopsmeter-api"')})`,
            '{{route}}',
          ],
        ],
      },
    ],
  },
  {
    title: 'Books',
    panels: [
      {
        title: 'Since a day was compared with the ledger',
        unit: 's',
        queries: [[`min(reconciliation_age_seconds{${NAMESPACE}})`, 'age']],
      },
      {
        title: 'Hours that clusters did not report',
        unit: 'short',
        queries: [[`max by (cluster) (cluster_gaps{${NAMESPACE}})`, '{{cluster}}']],
      },
      {
        title: 'Events that overlap others',
        unit: 'short',
        queries: [[`max by (cluster) (overlapping_usage_events{${NAMESPACE}})`, '{{cluster}}']],
      },
    ],
  },
  {
    title: 'Others',
    panels: [
      {
        title: 'Webhooks',
        unit: 'ops',
        queries: [
          [`sum by (outcome) (${rate('webhook_attempts_total')})`, '{{outcome}}'],
          [`sum(${rate('spending_alerts_raised_total')})`, 'raised'],
        ],
      },
      {
        title: 'Meter events at Stripe that are not settled',
        unit: 'short',
        queries: [[`max by (status) (stripe_remittances_open{${NAMESPACE}})`, '{{status}}']],
      },
      {
        title: 'Customers and meters that differ at Stripe',
        unit: 'short',
        queries: [[`max by (kind) (stripe_differences{${NAMESPACE}})`, '{{kind}}']],
      },
      {
        title: 'Since the application was brought over',
        unit: 's',
        queries: [[`min(following_age_seconds{${NAMESPACE}})`, 'age']],
      },
      {
        title: 'Rows of the application that contradict',
        unit: 'short',
        queries: [[`max(following_problems{${NAMESPACE}})`, 'problems']],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'CPU',
        unit: 'percentunit',
        queries: [[`rate(process_cpu_seconds_total{${OURS}}[$__rate_interval])`, '{{job}} {{pod}}']],
        help: 'Of one core, which is all that a process can use.',
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [[`process_resident_memory_bytes{${OURS}}`, '{{job}} {{pod}}']],
      },
      {
        title: 'Delay of the event loop, 99 of 100',
        unit: 's',
        queries: [[`nodejs_eventloop_lag_p99_seconds{${OURS}}`, '{{job}} {{pod}}']],
      },
      {
        title: 'Restarts',
        unit: 'short',
        queries: [[`sum by (job) (changes(process_start_time_seconds{${OURS}}[1h]))`, '{{job}}']],
      },
    ],
  },
];
