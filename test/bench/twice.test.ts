import { expect, test } from 'vitest';
import { countTwice, placeTwice } from './twice.ts';

const PLACES = 6_144 * 3;
const events = Array.from({ length: PLACES }, (_, place) => placeTwice(place));
const timesSent = new Map<number, number>();
for (const event of events) timesSent.set(event, (timesSent.get(event) ?? 0) + 1);

test('sends half of the events twice and the others once', () => {
  const times = [...timesSent.values()];
  expect(times.filter((time) => time === 2).length).toBe(times.length / 2);
  expect(times.filter((time) => time === 1).length).toBe(times.length / 2);
});

test('counts the different events of a load that ends anywhere', () => {
  for (const places of [0, 1, 2, 3, 1_000, 3_071, 3_075, 6_143, 6_144, 6_145, 15_001, PLACES])
    expect(countTwice(places)).toBe(new Set(events.slice(0, places)).size);
});

test('sends copies before and after what they are copies of, near and far', () => {
  const ownPlaces = new Map(events.flatMap((event, place) => (place % 3 === 2 ? [] : [[event, place]])));
  const distances = events.flatMap((event, place) => (place % 3 === 2 ? [place - (ownPlaces.get(event) ?? 0)] : []));
  expect([Math.min(...distances), Math.max(...distances)]).toEqual([-6_139, 6_143]);
  expect(distances.some((distance) => Math.abs(distance) < 10)).toBe(true);
});
