/** The obvious design's worker: one upsert for each job. Settings by environment: REDIS_URL, DATABASE_URL, PORT. */
import { createServer } from 'node:http';
import { createPool } from '@hopsmeter/db';
import { Worker } from 'bullmq';
import { COUNT_NAIVE_EVENT, NAIVE_QUEUE, type NaiveEvent } from './naive-event.ts';

/** Twenty connections for twenty jobs; 10, 20 and 50 gave the same within noise. */
const CONCURRENCY = 20;

const pool = createPool({
  url: process.env.DATABASE_URL ?? '',
  connectionsMax: CONCURRENCY,
  onIdleError: () => undefined,
});

new Worker<NaiveEvent, void>(
  NAIVE_QUEUE,
  async ({ data: { time, data } }) => {
    await pool.query(COUNT_NAIVE_EVENT, [time, data.namespace, data.cpuCoreHours, data.ramByteHours / 2 ** 30]);
  },
  { connection: { url: process.env.REDIS_URL ?? '', maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
);

createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
