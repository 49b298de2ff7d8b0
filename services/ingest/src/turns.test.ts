import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurns, runAtOnce, type Steps } from './turns.ts';

/** Notes each of its steps as `a1`, `a2` and so on. */
function* noteSteps(order: string[], name: string, count: number): Steps<string> {
  for (let step = 1; step <= count; step++) {
    order.push(`${name}${step}`);
    if (step < count) yield;
  }
  return name;
}

it('lets keys take turns, each with its bodies in the order of arrival, one body at a time', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const run = (keyId: string, name: string, count = 1) => turns.run(keyId, noteSteps(order, name, count));
  const results = await Promise.all([run('a', 'a', 2), run('a', 'b'), run('a', 'c'), run('z', 'x', 3), run('z', 'y')]);
  expect(order).toEqual(['a1', 'a2', 'x1', 'x2', 'x3', 'b1', 'y1', 'c1']);
  expect(results).toEqual(['a', 'b', 'c', 'x', 'y']);
});

it('takes one step in each turn of the event loop', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const all = Promise.all(['a', 'b', 'c'].map((name) => turns.run('key', noteSteps(order, name, 3))));
  const seen: number[] = [];
  while (order.length < 9) {
    await nextTurn();
    seen.push(order.length);
  }
  await all;
  expect(seen.every((count, index) => count - (seen[index - 1] ?? 0) <= 1)).toBe(true);
});

it('tells what the work throws, at once or later, and goes on with others', async () => {
  const turns = createTurns();
  function* fail(steps: number): Steps<never> {
    for (let step = 0; step < steps; step++) yield;
    throw new Error(`after ${steps}`);
  }
  const all = [turns.run('a', fail(0)), turns.run('a', fail(2)), turns.run('a', noteSteps([], 'done', 1))];
  expect(await Promise.allSettled(all)).toMatchObject([
    { reason: { message: 'after 0' } },
    { reason: { message: 'after 2' } },
    { value: 'done' },
  ]);
});

it('leaves the event loop to others for as long as a body held it, in all its steps', async () => {
  const turns = createTurns();
  function* hold(): Steps<number> {
    for (let step = 0; step < 3; step++) {
      const until = performance.now() + 50;
      while (performance.now() < until);
      yield;
    }
    return performance.now();
  }
  const first = turns.run('a', hold());
  const second = turns.run('b', noteSteps([], 'b', 1)).then(() => performance.now());
  expect((await second) - (await first)).toBeGreaterThan(140);
});

it('begins again after a rest', async () => {
  const turns = createTurns();
  expect(await turns.run('a', noteSteps([], 'one', 1))).toBe('one');
  await nextTurn();
  expect(await turns.run('a', noteSteps([], 'two', 2))).toBe('two');
});

it('works on small bodies at once', () => {
  expect(runAtOnce(noteSteps([], 'all', 5))).toBe('all');
});
