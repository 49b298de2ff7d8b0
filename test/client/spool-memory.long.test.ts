import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answer } from '../support/client/test-server.ts';
import { idsOf, makeFolder, startSender, startServer } from './start-sender.ts';

it('needs no more memory for a large backlog than for a small one', async () => {
  const server = await startServer();
  const peaks: number[] = [];
  for (const calls of [10, 400]) {
    const spoolDirectory = await makeFolder();
    server.behave((_request, response) => answer(response, 500, {}));
    const options = { batchEventsMax: 500 };
    const filling = startSender({ url: server.url, spoolDirectory, calls, sizeMax: 1_000, options });
    await filling.ended;
    const segments = await readdir(join(spoolDirectory, 'waiting'));
    expect(segments.length).toBeGreaterThan(calls / 100);
    server.behave(() => undefined);
    const emptying = startSender({ url: server.url, spoolDirectory, calls: 0, isFinal: true, options });
    await emptying.ended;
    const kept = idsOf(filling.lines, 'kept');
    const accepted = new Set(server.accepted.splice(0));
    server.requests.length = 0;
    expect(kept.filter((id) => !accepted.has(id))).toEqual([]);
    peaks.push(emptying.lines.find(({ kind }) => kind === 'done')?.peakBytes ?? 0);
  }
  const [small = 0, large = 0] = peaks;
  // 200,000 events are 90 MB on disk. A heap that is busy for longer grows by some 20 MB, whatever the backlog is, and
  // has grown by 62 MB beside other work.
  expect(large - small).toBeLessThan(80 * 2 ** 20);
});
