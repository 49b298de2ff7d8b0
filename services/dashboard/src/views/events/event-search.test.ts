import { expect, it } from 'vitest';
import { today } from '../../format/date.ts';
import { parseSearch } from './event-search.ts';

const parse = (text: string, onlyAccount?: string) => parseSearch(new URLSearchParams(text), onlyAccount);

it('searches today when no day is named', () => {
  expect(parse('').from).toBe(today());
});

it('searches one day when only the first is named', () => {
  expect(parse('from=2026-02-28')).toMatchObject({ from: '2026-02-28', to: '2026-03-01' });
});

it.each(['yesterday', '2026-13-01', '1999-01-01', '2026-1-1'])('does not take %s for a day', (text) => {
  expect(parse(`from=${text}`).from).toBe(today());
  expect(parse(`from=2026-11-22&bookedOn=${text}`).bookedOn).toBeUndefined();
});

it('takes ids as they are', () => {
  expect(parse('user=auth0%7C100%25&meter=cpu_hours&project=none')).toMatchObject({
    user: 'auth0|100%',
    meter: 'cpu_hours',
    project: 'none',
  });
});

it("keeps an owner in the owner's account, whatever the address says", () => {
  expect(parse('account=auth0%7Cother', 'auth0|me').account).toBe('auth0|me');
});

it('takes an hour as the coverage links to it, and nothing else for one', () => {
  expect(parse('from=2026-11-22&hour=2026-11-22T13:00:00Z').hour).toBe('2026-11-22T13:00:00Z');
  expect(parse('from=2026-11-22&hour=13').hour).toBeUndefined();
});
