/**
 * The obvious design, to compare with: every event becomes a BullMQ job of its own, and the answer goes out when all of
 * a request's jobs are in Redis. Settings by environment: REDIS_URL, PORT.
 */
import { createServer } from 'node:http';
import { Queue } from 'bullmq';
import { NAIVE_QUEUE, type NaiveEvent } from './naive-event.ts';

const queue = new Queue<NaiveEvent>(NAIVE_QUEUE, {
  connection: { url: process.env.REDIS_URL ?? '' },
  defaultJobOptions: { removeOnComplete: true, attempts: 10 },
});

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.end('ok');
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const events: NaiveEvent[] = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  await Promise.all(events.map((event) => queue.add('event', event)));
  response.statusCode = 202;
  response.end();
});
server.listen(Number(process.env.PORT), '127.0.0.1');
