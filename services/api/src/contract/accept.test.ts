import { expect, it } from 'vitest';
import { chooseContentType } from './accept.ts';

const OFFERED = ['application/json', 'text/csv'] as const;

it.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/json;q=0.5, text/csv', 'text/csv'],
  ['text/csv;q=0.5, application/json;q=0.5', 'application/json'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
  ['application/json;q=0, */*', 'text/csv'],
])('%s is answered with %s', (accept, type) => {
  expect(chooseContentType(accept, OFFERED)).toBe(type);
});

it.each(['text/html', 'application/xml, image/*', 'text/csv;q=0', 'text/csv;q=2', '*/*;q=0', 'csv', ';;;,,,'])(
  '%s is not acceptable',
  (accept) => {
    expect(() => chooseContentType(accept, OFFERED)).toThrow(expect.objectContaining({ code: 'NOT_ACCEPTABLE' }));
  },
);
