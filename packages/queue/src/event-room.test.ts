import { expect, it } from 'vitest';
import { createEventRoom } from './event-room.ts';

function createLine(eventsMax: number) {
  const room = createEventRoom(eventsMax);
  const entered: string[] = [];
  return {
    room,
    entered,
    async enter(name: string, eventCount: number): Promise<void> {
      await room.enter(eventCount);
      entered.push(name);
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

it('lets in what there is room for, and the next ones when somebody leaves', async () => {
  const { room, entered, enter, turn } = createLine(10);
  for (const [name, count] of [
    ['a', 6],
    ['b', 4],
    ['c', 1],
    ['d', 5],
  ] as const)
    void enter(name, count);
  await turn();
  expect(entered).toEqual(['a', 'b']);
  room.leave(6);
  await turn();
  expect(entered).toEqual(['a', 'b', 'c', 'd']);
});

it('keeps the order: a small batch does not overtake a large one for ever', async () => {
  const { room, entered, enter, turn } = createLine(10);
  void enter('a', 9);
  void enter('large', 10);
  void enter('small', 1);
  await turn();
  expect(entered).toEqual(['a']);
  room.leave(9);
  await turn();
  expect(entered).toEqual(['a', 'large']);
  room.leave(10);
  await turn();
  expect(entered).toEqual(['a', 'large', 'small']);
});

it('lets more in than it can hold, alone', async () => {
  const { room, entered, enter, turn } = createLine(10);
  void enter('huge', 11);
  void enter('a', 1);
  await turn();
  expect(entered).toEqual(['huge']);
  room.leave(11);
  await turn();
  expect(entered).toEqual(['huge', 'a']);
});
