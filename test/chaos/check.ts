import type { Pool } from '@hopsmeter/db';
import type { QueueStatus } from '@hopsmeter/queue';
import { readBatchTotals, readRollup } from '../harness/rollup.ts';
import { findRollupDifferences } from '../support/db/find-rollup-differences.ts';
import type { ChaosClient } from './chaos-client.ts';
import type { Expectation } from './event-source.ts';

/** One promise, and whether it was kept. */
export type Check = { readonly promise: string; readonly isKept: boolean; readonly detail: string };

export type CheckOptions = {
  readonly pool: Pool;
  readonly clients: readonly ChaosClient[];
  readonly expectation: Expectation;
  readonly queue: QueueStatus | undefined;
  /** Requests of the epochs before this one may have been lost with the queue; they were sent again. */
  readonly problems: readonly string[];
};

/** How many examples a failed check shows. */
const EXAMPLES_MAX = 5;

/** Looks whether everything that was acknowledged is counted exactly once, to the last digit. */
export async function checkAll(options: CheckOptions): Promise<readonly Check[]> {
  const { pool, queue, problems } = options;
  // Without statistics the comparisons below would go through the ledger once for every batch.
  await pool.query('analyze');
  return [
    ...(await checkRequests(options)),
    await checkLedger(options),
    await checkParked(options),
    await checkAccount(options),
    checkNone('the ledger equals the rollup, to the last digit', await findRollupDifferences(pool)),
    await checkOracle(options),
    checkNone('no job is left, and none has failed', describeQueue(queue)),
    checkNone('nothing happened that must not', problems),
  ];
}

function checkNone(promise: string, found: readonly string[], kept = 'none'): Check {
  if (found.length === 0) return { promise, isKept: true, detail: kept };
  const more = found.length > EXAMPLES_MAX ? ` and ${found.length - EXAMPLES_MAX} more` : '';
  return { promise, isKept: false, detail: `${found.slice(0, EXAMPLES_MAX).join(' | ')}${more}` };
}

type RecordedRequest = { readonly id: string; readonly times: number; readonly events: number };

/** What became of each request. */
async function checkRequests({ pool, clients }: CheckOptions): Promise<readonly Check[]> {
  const { rows } = await pool.query<RecordedRequest>(`
    select request ->> 'requestId' as id, count(*)::integer as times, min((request ->> 'eventCount')::integer) as events
    from hopsmeter.usage_batches, jsonb_array_elements(requests) as request
    group by 1
  `);
  const recorded = new Map(rows.map((row) => [row.id, row]));
  const sent = new Map(clients.flatMap(({ requests }) => [...requests]));
  const epochs = Math.max(0, ...[...sent.values()].map(({ epoch }) => epoch));
  const lost = [...sent].filter(([id, { isAcknowledged }]) => isAcknowledged && !recorded.has(id));
  const lostForGood = lost.filter(([, { epoch }]) => epoch === epochs).map(([id]) => id);
  const wrong = rows.filter(({ id, times, events }) => times !== 1 || sent.get(id)?.events !== events);
  const acknowledged = [...sent.values()].filter(({ isAcknowledged }) => isAcknowledged).length;
  const healed = lost.length - lostForGood.length;
  const healing = epochs === 0 ? '' : `, ${healed} of them lost with the queue and sent again`;
  return [
    checkNone('every acknowledged request is recorded', lostForGood, `${acknowledged} requests${healing}`),
    checkNone(
      'every request is recorded once, with the events that it had',
      wrong.map(({ id, times, events }) => `${id} ${times} times with ${events} events`),
      `${rows.length} requests`,
    ),
  ];
}

type LedgerCount = { readonly prefix: string; readonly events: number; readonly ids: number };

/**
 * Ids count up within each client's prefix, so that numbers are enough to see that none is missing and none there
 * twice.
 */
async function checkLedger({ pool, expectation }: CheckOptions): Promise<Check> {
  const { rows } = await pool.query<LedgerCount>(`
    select regexp_replace(event_id, '\\d+$', '') as prefix, count(*)::integer as events,
      count(distinct (hopsworks_cluster_id, source_path, event_id))::integer as ids
    from hopsmeter.usage_events where part = 0 and adjustment is null
    group by 1
  `);
  const found = new Map(rows.map((row) => [row.prefix, row]));
  const prefixes = new Set([...found.keys(), ...expectation.counted.keys()]);
  const wrong = [...prefixes].flatMap((prefix) => {
    const expected = expectation.counted.get(prefix) ?? 0;
    const { events = 0, ids = 0 } = found.get(prefix) ?? {};
    return events === expected && ids === expected
      ? []
      : [`${prefix}: ${expected} events were to be counted, ${events} are, of ${ids} ids`];
  });
  const total = [...expectation.counted.values()].reduce((sum, count) => sum + count, 0);
  return checkNone('every distinct event is in the ledger exactly once', wrong, `${total} events`);
}

/** What cannot be counted is there, once, with its reason; what could be counted later was. */
async function checkParked({ pool, expectation }: CheckOptions): Promise<Check> {
  const { rows } = await pool.query<{ reason: string; count: number }>(`
    select reason, count(*)::integer as count from hopsmeter.parked_events
    where status = 'pending' and reason <> 'unreadable_batch' group by reason
  `);
  const found = new Map(rows.map(({ reason, count }) => [reason, count]));
  const wrong = [...new Set([...found.keys(), ...expectation.parked.keys()])].flatMap((reason) => {
    const expected = expectation.parked.get(reason) ?? 0;
    const count = found.get(reason) ?? 0;
    return count === expected ? [] : [`${reason}: ${expected} were to be parked, ${count} are`];
  });
  const kept = [...expectation.parked].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return checkNone('what cannot be counted is parked once, with its reason', wrong, kept);
}

/** accepted = counted + duplicates + parked. */
async function checkAccount({ pool, clients }: CheckOptions): Promise<Check> {
  const { events, counted, duplicates, parked } = await readBatchTotals(pool);
  const { rows } = await pool.query<{ requested: string; unreadable: string }>(`
    select
      (select coalesce(sum((request ->> 'eventCount')::integer), 0)
       from hopsmeter.usage_batches, jsonb_array_elements(requests) as request)::text as requested,
      (select count(*) from hopsmeter.parked_events where reason = 'unreadable_batch')::text as unreadable
  `);
  const requested = Number(rows[0]?.requested) + Number(rows[0]?.unreadable);
  const accepted = clients
    .flatMap(({ requests }) => [...requests.values()])
    .reduce((sum, request) => sum + (request.isAcknowledged ? request.events : 0), 0);
  const isKept = requested === events && events === counted + duplicates + parked;
  const detail =
    `${accepted} acknowledged; recorded ${events} = ${counted} counted + ${duplicates} duplicates + ` +
    `${parked} parked`;
  return {
    promise: 'accepted = ledger + duplicates + parked',
    isKept,
    detail: isKept ? detail : `${detail}; the requests say ${requested}`,
  };
}

/** The rollup as another program computes it from the events that were sent. */
async function checkOracle({ pool, expectation }: CheckOptions): Promise<Check> {
  const [expected, found] = [expectation.oracle.rows(), await readRollup(pool)];
  const show = (row: unknown): string => JSON.stringify(row) ?? 'nothing';
  const wrong = [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [is, should] = [show(found.get(key)), show(expected.get(key))];
    return is === should ? [] : [`${key}: ${is} instead of ${should}`];
  });
  return checkNone('the rollup equals the oracle, to the last digit', wrong, `${expected.size} rows`);
}

function describeQueue(queue: QueueStatus | undefined): readonly string[] {
  if (queue === undefined) return ['the queue does not answer'];
  const { waiting, active, delayed, failed } = queue;
  return waiting + active + delayed + failed === 0
    ? []
    : [`${waiting} waiting, ${active} active, ${delayed} delayed, ${failed} failed`];
}
