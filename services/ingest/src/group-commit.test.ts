import type { Batch, UsageEvent } from '@hopsmeter/usage';
import { expect, it, vi } from 'vitest';
import { type CommitRequest, createGroupCommit, type GroupReport } from './group-commit.ts';

function createRequest(name: string, eventCount: number, bytes = 100): CommitRequest {
  const event: UsageEvent = {
    id: name,
    sourcePath: '',
    type: 'meter',
    subject: undefined,
    namespace: undefined,
    gpuModel: undefined,
    start: 0,
    end: 0,
    usages: [],
  };
  return {
    request: { requestId: name, clusterId: 'c', clusterKeyId: 'k', receivedAt: 0, eventCount },
    events: Array.from({ length: eventCount }, () => event),
    bytes,
  };
}

/** A queue whose adds are answered by the test. */
function createSlowQueue() {
  const adds: { readonly batch: Batch; readonly confirm: () => void; readonly fail: (error: Error) => void }[] = [];
  const reports: GroupReport[] = [];
  const group = createGroupCommit({
    add: (batch) => new Promise((confirm, fail) => adds.push({ batch, confirm, fail })),
    onGroup: (report) => reports.push(report),
    addsMax: 2,
  });
  return {
    adds,
    reports,
    group,
    namesOf: (index: number) => adds[index]?.batch.requests.map(({ requestId }) => requestId),
    waitForAdds: (count: number) => vi.waitFor(() => expect(adds).toHaveLength(count), { timeout: 30_000 }),
  };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

it('sends a lone request at once', async () => {
  const { adds, group, waitForAdds } = createSlowQueue();
  const done = group.commit(createRequest('a', 3));
  await waitForAdds(1);
  expect(adds[0]?.batch.events).toHaveLength(3);
  adds[0]?.confirm();
  await done;
});

it('gathers what arrives while an add is in flight and sends it together, in order', async () => {
  const { adds, reports, group, namesOf, waitForAdds } = createSlowQueue();
  const first = group.commit(createRequest('a', 1));
  await waitForAdds(1);
  const others = [group.commit(createRequest('b', 2)), group.commit(createRequest('c', 3))];
  await turn();
  expect(adds).toHaveLength(1);
  adds[0]?.confirm();
  await first;
  await waitForAdds(2);
  expect(namesOf(1)).toEqual(['b', 'c']);
  expect(adds[1]?.batch.events.map(({ id }) => id)).toEqual(['b', 'b', 'c', 'c', 'c']);
  adds[1]?.confirm();
  await Promise.all(others);
  expect(reports).toMatchObject([
    { requestCount: 1, eventCount: 1, isDurable: true },
    { requestCount: 2, eventCount: 5, isDurable: true },
  ]);
});

it('acknowledges nothing before its batch is durable', async () => {
  const { adds, group, waitForAdds } = createSlowQueue();
  const acknowledged = vi.fn();
  const done = group.commit(createRequest('a', 1)).then(acknowledged);
  await waitForAdds(1);
  await turn();
  expect(acknowledged).not.toHaveBeenCalled();
  adds[0]?.confirm();
  await done;
  expect(acknowledged).toHaveBeenCalled();
});

it('shares what arrives in the same turn', async () => {
  const { group, namesOf, waitForAdds } = createSlowQueue();
  for (const name of ['a', 'b', 'c']) void group.commit(createRequest(name, 1));
  await waitForAdds(1);
  expect(namesOf(0)).toEqual(['a', 'b', 'c']);
});

it('never splits a request and never exceeds a batch', async () => {
  const { adds, group, namesOf, waitForAdds } = createSlowQueue();
  for (const [name, count] of [
    ['a', 3_000],
    ['b', 2_000],
    ['c', 1],
    ['d', 5_000],
  ] as const)
    void group.commit(createRequest(name, count));
  await waitForAdds(2);
  expect([namesOf(0), namesOf(1)]).toEqual([['a', 'b'], ['c']]);
  adds[0]?.confirm();
  await waitForAdds(3);
  expect(namesOf(2)).toEqual(['d']);
});

it('keeps large requests apart, so that a batch can be read again', async () => {
  const { adds, group, namesOf, waitForAdds } = createSlowQueue();
  for (const name of ['a', 'b']) void group.commit(createRequest(name, 10, 3 << 20));
  await waitForAdds(1);
  expect(namesOf(0)).toEqual(['a']);
  adds[0]?.confirm();
  await waitForAdds(2);
  expect(namesOf(1)).toEqual(['b']);
});

it('has no more adds in flight than allowed', async () => {
  const { adds, group, waitForAdds } = createSlowQueue();
  for (let i = 0; i < 10; i++) void group.commit(createRequest(`${i}`, 5_000));
  await waitForAdds(2);
  await turn();
  expect(adds).toHaveLength(2);
});

it('fails every request of a batch that was not confirmed, and goes on with the next', async () => {
  const { adds, reports, group, waitForAdds } = createSlowQueue();
  const failing = [group.commit(createRequest('a', 1)), group.commit(createRequest('b', 1))];
  await waitForAdds(1);
  const next = group.commit(createRequest('c', 1));
  adds[0]?.fail(new Error('away'));
  for (const result of await Promise.allSettled(failing))
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'away' } });
  await waitForAdds(2);
  adds[1]?.confirm();
  await next;
  expect(reports.map(({ isDurable }) => isDurable)).toEqual([false, true]);
});
