import { expect, it } from 'vitest';
import { createLateAnswers } from './late-answers.ts';

it('holds back so many answers and no more', async () => {
  const late = createLateAnswers({ lateMs: 50, heldMax: 2 });
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
