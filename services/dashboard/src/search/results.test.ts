import { describe, expect, it } from 'vitest';
import { entriesFor } from '../frame/entries.ts';
import { resultsFor } from './results.ts';
import type { Found } from './search-schema.ts';

const NOTHING: Found = { accounts: [], people: [], projects: [], clusters: [], events: [] };
const ADA = { id: 'auth0|1', name: 'Ada', email: null, accountOwnerId: 'auth0|1', accountName: 'Ada' };

const namesOf = (text: string, found: Found | undefined = NOTHING) =>
  resultsFor(text, found, entriesFor('staff')).map(({ name, results }) => [name, results.map((result) => result.text)]);

describe('what is found', () => {
  it('is every view before anything is written', () => {
    const [[name, views] = []] = namesOf('', undefined);
    expect(name).toBe('Views');
    expect(views).toContain('Audit log');
  });

  it('is a view by its name, or by that of its group', () => {
    expect(namesOf('AUDIT')).toEqual([['Views', ['Audit log']]]);
    expect(namesOf('operations')).toEqual([['Views', ['Health', 'Reconciliation', 'Webhooks', 'Audit log']]]);
    expect(namesOf('nobody')).toEqual([]);
  });

  it('leads to the receipt of an event first, and to an account by its encoded id', () => {
    const event = { id: 'a/b', source: 'urn:x' };
    const [events, accounts] = resultsFor('a', { ...NOTHING, accounts: [ADA], events: [event] }, []);
    expect(events).toEqual({
      name: 'Events',
      results: [{ to: '/events/a%2Fb?source=urn%3Ax', text: 'a/b', note: 'urn:x' }],
    });
    expect(accounts?.results).toEqual([{ to: '/accounts/auth0%7C1', text: 'Ada', note: 'auth0|1' }]);
  });

  it('leads from a member to the people of who pays', () => {
    const mia = { ...ADA, id: 'auth0|2', name: null, email: 'mia@example.com' };
    expect(resultsFor('mia', { ...NOTHING, people: [mia] }, [])).toEqual([
      {
        name: 'People',
        results: [{ to: '/accounts/auth0%7C1/people', text: 'mia@example.com', note: 'auth0|2, paid for by Ada' }],
      },
    ]);
  });
});
