// A process of its own that sends events through a spool, for tests that kill it: a line on stdout for each call that
// is done. Argument: JSON of { url, clusterId, spoolDirectory, first, calls, sizeMax, together, pauseMs, isFinal,
// options }.
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '../../packages/client/dist/index.js';

const {
  url,
  clusterId,
  spoolDirectory,
  first = 0,
  calls,
  sizeMax = 1,
  together = 1,
  pauseMs = 0,
  isFinal,
  options,
} = JSON.parse(process.argv[2] ?? '');

/** @param {string} kind @param {object} [fields] */
const say = (kind, fields) => process.stdout.write(`${JSON.stringify({ kind, ...fields })}\n`);

let client;
try {
  client = await createClient({ url, key: 'secret', clusterId, spoolDirectory, closeTimeoutMs: 1_000, ...options });
} catch (error) {
  say('refused', { code: error.code, message: error.message });
  process.exit(3);
}
const { events } = client;
say('ready');

let next = first;
const send = async () => {
  for (let call = 0; call < calls; call++) {
    const from = next;
    const to = from + 1 + Math.floor(Math.random() * sizeMax);
    next = to;
    const list = Array.from({ length: to - from }, (_, index) => eventOf(from + index));
    say('sending', { from, to });
    try {
      await client.send(list);
      say('kept', { from, to });
    } catch (error) {
      say('failed', { from, to, code: error.code });
    }
    if (pauseMs > 0) await delay(pauseMs);
  }
};

/**
 * Every hundredth is one that the server of the test refuses. The text says which it is, several times.
 *
 * @param {number} index
 */
function eventOf(index) {
  const id = index % 100 === 99 ? `bad-${index}` : `e-${index}`;
  const fields = { meter: 'model_calls', quantity: String(index), namespace: `ns-${index}`.repeat(1 + (index % 20)) };
  return events.meter({ ...fields, id, time: '2026-11-22T13:00:00Z' });
}

await Promise.all(Array.from({ length: together }, send));
if (isFinal) await client.flush();
say('done', { stats: client.stats(), peakBytes: process.resourceUsage().maxRSS * 1_024 });
await client.close();
