import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets keys take turns, each with its bodies in the order of arrival', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const take = async (keyId: string, name: string) => {
    await turns.take(keyId);
    order.push(name);
  };
  await Promise.all([take('a', 'a1'), take('a', 'a2'), take('a', 'a3'), take('b', 'b1'), take('b', 'b2')]);
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

it('takes one body in each turn of the event loop', async () => {
  const turns = createTurns();
  let taken = 0;
  const all = Array.from({ length: 5 }, () => turns.take('a').then(() => taken++));
  const seen: number[] = [];
  while (taken < 5) {
    await nextTurn();
    seen.push(taken);
  }
  await Promise.all(all);
  expect(seen.every((count, index) => count - (seen[index - 1] ?? 0) <= 1)).toBe(true);
});

it('leaves the event loop to others for as long as a body held it', async () => {
  const turns = createTurns();
  const first = turns.take('a').then(() => {
    const until = performance.now() + 150;
    while (performance.now() < until);
    return performance.now();
  });
  const second = turns.take('b').then(() => performance.now());
  expect((await second) - (await first)).toBeGreaterThan(140);
});

it('begins again after a rest', async () => {
  const turns = createTurns();
  await turns.take('a');
  await nextTurn();
  await turns.take('a');
});
