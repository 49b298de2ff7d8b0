import { expect, it } from 'vitest';
import { createLateAnswers } from './late-answers.ts';

it('holds back so many answers and no more', async () => {
  const late = createLateAnswers({ lateMs: 50, heldMax: 2, random: () => 0.5 });
  const order: string[] = [];
  const hold = async (name: string) => {
    await late.hold();
    order.push(name);
  };
  await Promise.all([hold('first'), hold('second'), hold('one too many')]);
  expect(order).toEqual(['one too many', 'first', 'second']);
  await Promise.all([hold('third'), hold('fourth')]);
  expect(order.slice(3)).toEqual(['third', 'fourth']);
});

it('lets those that came together go one by one', async () => {
  const parts = [0.5, 1, 0];
  const late = createLateAnswers({ lateMs: 60, random: () => parts.shift() ?? 0 });
  const order: string[] = [];
  await Promise.all(['first', 'second', 'third'].map((name) => late.hold().then(() => order.push(name))));
  expect(order).toEqual(['third', 'first', 'second']);
});
