import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { playStories, type Story } from './play-stories.ts';
import { GETTING_PROMETHEUS_MS } from './promtool.ts';
import { alertsIn, RULES } from './rules.ts';

const OPERATIONS = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');

/** Requests to the api, by how they ended. */
const answered = (status: number) => `http_requests_total,job="hopsmeter-api",route="/v1/accounts",status="${status}"`;

/** Requests by how long they took: all of them, and those within a second. */
const api = 'job="hopsmeter-api",route="/v1/accounts"';
const within = (le: string) => `http_request_duration_seconds_bucket,${api},le="${le}"`;
const added = (le: string) => `ingest_queue_add_seconds_bucket,outcome="durable",le="${le}"`;

/** What promtool cannot repeat. */
const NOT_KNOWN = Array.from({ length: 100 }, () => 'NaN').join(' ');

/** Every minute, when all is well. */
const WELL = {
  'up,job="hopsmeter-ingest"': '1x100',
  'up,job="hopsmeter-worker"': '1x100',
  'up,job="hopsmeter-api"': '1x100',
  ingest_gate_open: '1x100',
  ingest_events_accepted_total: '0+600x100',
  ingest_queue_oldest_waiting_seconds: '0x100',
  ingest_key_snapshot_age_seconds: '5x100',
  ingest_redis_memory_used_bytes: '100x100',
  ingest_redis_memory_limit_bytes: '1000x100',
  [added('0.5')]: '0+60x100',
  [added('1')]: '0+60x100',
  [added('+Inf')]: '0+60x100',
  'events_recorded_total,outcome="counted"': '0+600x100',
  'events_recorded_total,outcome="duplicate"': '0+600x100',
  'events_recorded_total,outcome="parked"': '0+6x100',
  queue_paused: '0x100',
  queue_jobs_missing: '0x100',
  queue_jobs_put_back_total: '3x100',
  batches_waiting_for_database: '0x100',
  'record_failures_total,kind="retry"': '7x100',
  'record_failures_total,kind="unexpected"': '2x100',
  unexplained_difference: '0x100',
  reconciliation_age_seconds: '3600x100',
  'cluster_gaps,cluster="c1"': '0x100',
  'overlapping_usage_events,cluster="c1"': '0x100',
  'webhook_attempts_total,outcome="dead"': '4x100',
  'webhook_attempts_total,outcome="failed"': '0+1x100',
  following_unreadable: '0x100',
  following_held: '0x100',
  following_age_seconds: '30x100',
  stripe_key_accepted: '1x100',
  'stripe_remittances_open,status="pending"': '12x100',
  'stripe_remittances_open,status="rejected"': '0x100',
  'stripe_differences,kind="broken_chain"': '0x100',
  'stripe_differences,kind="owed"': '2x100',
  [answered(200)]: '0+100x100',
  [answered(500)]: '0x100',
  [within('1')]: '0+100x100',
  [within('2.5')]: '0+100x100',
  [within('+Inf')]: '0+100x100',
  'http_requests_total,job="hopsmeter-ingest",route="/api/v1/events",status="429"': '9x100',
};

/** Beside each alert, what comes near and does not raise it. */
const STORIES: readonly Story[] = [
  ['all is well', {}, []],
  ['no ingest', { 'up,job="hopsmeter-ingest"': '0x100' }, ['HopsmeterIngestAway']],
  ['one ingest of two', { 'up,job="hopsmeter-ingest",pod="2"': '0x100' }, []],
  ['no ingest for two minutes', { 'up,job="hopsmeter-ingest"': '1x87 0x10' }, []],
  ['no worker', { 'up,job="hopsmeter-worker"': '0x100' }, ['HopsmeterWorkersAway']],
  ['no worker that is scraped', { 'up,job="hopsmeter-worker"': '1x60' }, ['HopsmeterWorkersAway']],
  ['no api', { 'up,job="hopsmeter-api"': '0x100' }, ['HopsmeterApiAway']],
  ['every gate closed', { ingest_gate_open: '0x100' }, ['HopsmeterIngestRefuses']],
  ['one gate closed', { 'ingest_gate_open,pod="2"': '0x100' }, []],
  ['a batch that waits for 600 s', { ingest_queue_oldest_waiting_seconds: '600x100' }, []],
  ['a batch that waits for 601 s', { ingest_queue_oldest_waiting_seconds: '601x100' }, ['HopsmeterQueueBehind']],
  [
    'a batch that waits for more than an hour',
    { ingest_queue_oldest_waiting_seconds: '3601x100' },
    ['HopsmeterQueueBehind', 'HopsmeterQueueStands'],
  ],
  ['Redis at half of its memory', { ingest_redis_memory_used_bytes: '500x100' }, []],
  ['Redis above half of its memory', { ingest_redis_memory_used_bytes: '501x100' }, ['HopsmeterRedisFillsUp']],
  ['a Redis whose limit is not known yet', { ingest_redis_memory_limit_bytes: '0x100' }, []],
  ['keys of 15 minutes ago', { ingest_key_snapshot_age_seconds: '900x100' }, []],
  ['keys of before that', { ingest_key_snapshot_age_seconds: '901x100' }, ['HopsmeterKeysOld']],
  ['keys that were never read', { ingest_key_snapshot_age_seconds: '-1x100' }, ['HopsmeterKeysOld']],
  ['a batch of fifty that takes long', { [added('0.5')]: '0+59x100' }, ['HopsmeterAddsSlow']],
  [
    'a batch of two hundred that takes long',
    { [added('0.5')]: '0+199x100', [added('1')]: '0+200x100', [added('+Inf')]: '0+200x100' },
    [],
  ],
  ['a queue that is paused', { queue_paused: '1x100' }, ['HopsmeterQueuePaused']],
  ['a queue that nobody could look at', { queue_paused: NOT_KNOWN, queue_jobs_missing: NOT_KNOWN }, []],
  ['a batch that is there once too often', { queue_jobs_missing: '-1x100' }, ['HopsmeterBatchesMissing']],
  ['a batch that is missing', { queue_jobs_missing: '1x100' }, ['HopsmeterBatchesMissing']],
  ['a batch that was put back', { queue_jobs_put_back_total: '3x70 4x29' }, ['HopsmeterQueueTouched']],
  ['a batch that was put back long ago', { queue_jobs_put_back_total: '3x10 4x89' }, []],
  [
    'Postgres away',
    { batches_waiting_for_database: '2x100', 'record_failures_total,kind="retry"': '0+5x100' },
    ['HopsmeterDatabaseAway'],
  ],
  ['one attempt that failed', { 'record_failures_total,kind="retry"': '7x86 8x13' }, []],
  [
    'a bug or a missing migration',
    { 'record_failures_total,kind="unexpected"': '0+1x100' },
    ['HopsmeterRecordingFails'],
  ],
  ['a tenth of all events parked', { 'events_recorded_total,outcome="parked"': '0+66x100' }, []],
  ['more than that', { 'events_recorded_total,outcome="parked"': '0+68x100' }, ['HopsmeterManyParked']],
  ['rows that nobody could compare', { unexplained_difference: NOT_KNOWN }, []],
  ['a row that nobody can explain', { unexplained_difference: '1x100' }, ['HopsmeterUnexplainedDifference']],
  ['two hours without a comparison', { reconciliation_age_seconds: '7200x100' }, []],
  ['more than that', { reconciliation_age_seconds: '7201x100' }, ['HopsmeterNotReconciled']],
  ['a comparison that nobody knows of', { reconciliation_age_seconds: NOT_KNOWN }, ['HopsmeterNotReconciled']],
  [
    'a worker that does not know, beside one that does',
    { 'reconciliation_age_seconds,pod="2"': NOT_KNOWN, unexplained_difference: NOT_KNOWN },
    [],
  ],
  ['an hour that is missing', { 'cluster_gaps,cluster="c1"': '1x100' }, ['HopsmeterClusterHoursMissing']],
  [
    'hours of two clusters that are missing',
    { 'cluster_gaps,cluster="c1"': '1x100', 'cluster_gaps,cluster="c2"': '7x100' },
    ['HopsmeterClusterHoursMissing', 'HopsmeterClusterHoursMissing'],
  ],
  ['usage that overlaps', { 'overlapping_usage_events,cluster="c1"': '1x100' }, ['HopsmeterOverlappingUsage']],
  ['an alert given up', { 'webhook_attempts_total,outcome="dead"': '4x70 5x29' }, ['HopsmeterAlertsUndelivered']],
  ['an alert given up long ago', { 'webhook_attempts_total,outcome="dead"': '4x10 5x89' }, []],
  ['an unreadable application', { following_unreadable: '1x100' }, ['HopsmeterFollowingUnreadable']],
  ['an application that is held', { following_held: '1x100' }, ['HopsmeterFollowingHeld']],
  ['an application of ten minutes ago', { following_age_seconds: '600x100' }, []],
  ['an application of before that', { following_age_seconds: '601x100' }, ['HopsmeterFollowingBehind']],
  [
    'no application that is followed',
    { following_age_seconds: '_x100', following_held: '_x100', following_unreadable: '_x100' },
    [],
  ],
  ['a key that Stripe refuses', { stripe_key_accepted: '0x100' }, ['HopsmeterStripeKeyRefused']],
  [
    'a meter event that Stripe refuses',
    { 'stripe_remittances_open,status="rejected"': '1x100' },
    ['HopsmeterStripeNeedsAPerson'],
  ],
  ['a broken chain', { 'stripe_differences,kind="broken_chain"': '1x100' }, ['HopsmeterStripeChainBroken']],
  ['one answer in a hundred that is a 500', { [answered(200)]: '0+99x100', [answered(500)]: '0+1x100' }, []],
  ['more than that', { [answered(200)]: '0+98x100', [answered(500)]: '0+2x100' }, ['HopsmeterErrors']],
  ['answers that refuse on purpose', { [answered(503)]: '0+50x100' }, []],
  ['one answer in twenty that takes more than a second', { [within('1')]: '0+94x100' }, ['HopsmeterApiSlow']],
  ['one in fifty', { [within('1')]: '0+98x100' }, []],
  [
    'a key that sends too much',
    { 'http_requests_total,job="hopsmeter-ingest",route="/api/v1/events",status="429"': '0+1x100' },
    ['HopsmeterKeyLimited'],
  ],
];

describe('the alerts of ingest, worker and api', () => {
  it(
    'fire for what a person has to see to, and for nothing else',
    async () => {
      const isAbsence = ([, series]: Story) => Object.keys(series).some((key) => key.startsWith('up,'));
      const scenes = [
        STORIES.filter((story) => !isAbsence(story)),
        ...STORIES.filter(isAbsence).map((story) => [story]),
      ];
      const said = await playStories({
        rules: RULES,
        scenes,
        always: WELL,
        labels: [],
        interval: '1m',
        askedAt: '90m',
      });
      expect(said).toContain('SUCCESS');
    },
    GETTING_PROMETHEUS_MS,
  );

  it('each have a story in which they fire', () => {
    const fired = new Set(STORIES.flatMap(([, , raised]) => raised));
    expect([...fired].sort()).toEqual(
      alertsIn(RULES)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('each say what to do under a heading of docs/operations.md, which has no other alerts', () => {
    const [, section = ''] = OPERATIONS.split('\n## Alerts\n');
    const headings = [...(section.split('\n## ')[0] ?? '').matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name);
    const runbooks = alertsIn(RULES).map(({ runbook }) => runbook);
    expect(runbooks).toEqual(headings.map((name) => `docs/operations.md#${name.toLowerCase()}`));
  });
});
