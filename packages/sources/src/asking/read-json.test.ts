import { expect, it } from 'vitest';
import { z } from 'zod';
import { readJson } from './read-json.ts';

it('keeps every digit of large whole numbers, and leaves texts and other numbers as they are', () => {
  const text = String.raw`{"a":9007199254740993,"b":[-12345678901234567],"c":"9007199254740993, \"1234567890123456789","d":0.1234567890123456789,"e":1e20,"f":123456789012345}`;
  expect(readJson(text, z.unknown(), 'it')).toEqual({
    a: '9007199254740993',
    b: ['-12345678901234567'],
    c: '9007199254740993, "1234567890123456789',
    d: 0.12345678901234568,
    e: 1e20,
    f: 123_456_789_012_345,
  });
});

it.each([
  ['{"a":1', 'it did not answer with JSON: {"a":1'],
  [' ', 'it did not answer with JSON: nothing'],
  ['<html>', 'it did not answer with JSON: <html>'],
  ['{"a":"x"}', 'it answered something else: a: Invalid input: expected number, received string'],
])('says what came in place of an answer: %s', (text, message) => {
  expect(() => readJson(text, z.object({ a: z.number() }), 'it')).toThrow(
    expect.objectContaining({ code: 'ANSWER_UNREADABLE', message }),
  );
});
