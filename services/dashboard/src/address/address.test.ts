import { describe, expect, it } from 'vitest';
import { safeReturnTo } from '../session/return-to.ts';
import { addresses } from './addresses.ts';
import { viewOf } from './view-of.ts';

/** Ids that other people's code has stumbled over. */
const IDS = ['auth0|507f1f77', 'a/b/c', 'a%2Fb', '100%', 'ü ß', 'a?b#c', '<script>', '..x', "o'hara", 'a+b&c=d'];

const pathOf = (address: string) => new URL(address, 'http://page').pathname;

describe('an address', () => {
  it.each(IDS)('leads back to the id %j', (id) => {
    expect(viewOf(pathOf(addresses.account(id)))).toEqual({ view: 'account', id });
    expect(viewOf(pathOf(addresses.statement(id, '2026-11')))).toEqual({ view: 'statement', id, month: '2026-11' });
    expect(viewOf(pathOf(addresses.accountSettings(id)))).toEqual({ view: 'account-settings', id });
    expect(viewOf(pathOf(addresses.accountPeople(id)))).toEqual({ view: 'account-people', id });
    expect(viewOf(pathOf(addresses.accountHistory(id)))).toEqual({ view: 'account-history', id });
    expect(viewOf(pathOf(addresses.cluster(id)))).toEqual({ view: 'cluster', id });
    expect(viewOf(pathOf(addresses.clusterSetUp(id)))).toEqual({ view: 'cluster-set-up', id });
    expect(viewOf(pathOf(addresses.webhook(id)))).toEqual({ view: 'webhook', id });
    expect(viewOf(pathOf(addresses.reconciliation(id)))).toEqual({ view: 'reconciliation', id });
    expect(viewOf(pathOf(addresses.priceChange(id)))).toEqual({ view: 'price-change', id });
  });

  it.each([...IDS, '.', '..'])('of a receipt leads back to the id %j, also of one that no path can hold', (id) => {
    const receipt = new URL(addresses.receipt(id, `urn:x:${id}`), 'http://page');
    expect(viewOf(receipt.pathname, receipt.search)).toEqual({ view: 'receipt', id });
    expect(receipt.searchParams.get('source')).toBe(`urn:x:${id}`);
  });

  it.each([
    ['/', 'overview'],
    ['/accounts', 'accounts'],
    ['/accounts/', 'accounts'],
    ['/events', 'events'],
    ['/parked', 'parked'],
    ['/comparison', 'comparison'],
    ['/sign-in', 'sign-in'],
    [addresses.prices(), 'prices'],
    [addresses.months(), 'months'],
    [addresses.newCluster(), 'new-cluster'],
    [addresses.coverage(), 'coverage'],
    [addresses.operations(), 'operations'],
    [addresses.reconciliations(), 'reconciliations'],
    [addresses.webhooks(), 'webhooks'],
    [addresses.auditLog(), 'audit-log'],
    [addresses.usage(), 'usage'],
    [pathOf(addresses.acceptInvite('hwi_x')), 'accept-invite'],
    ['/nothing', 'nothing'],
    ['/parked/x', 'nothing'],
    ['/accounts/x/y', 'nothing'],
    ['/accounts/x/statements/2026-11/z', 'nothing'],
    ['/accounts/%zz', 'nothing'],
  ])('%s shows %s', (path, view) => {
    expect(viewOf(path)).toMatchObject({ view });
  });

  it('leaves out parameters that say nothing', () => {
    expect(addresses.events({ user: undefined, meter: '', from: '2026-11-22' })).toBe('/events?from=2026-11-22');
    expect(addresses.accounts()).toBe('/accounts');
  });
});

describe('after signing in one comes back', () => {
  it('to where one wanted to go', () => {
    for (const address of ['/', '/accounts?month=2026-11', '/events/a%2Fb?source=x', addresses.acceptInvite('hwi_x')])
      expect(safeReturnTo(address)).toBe(address);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    undefined,
    7,
    '/sign-in',
    '/sign-in?code=x',
  ])('but never to %j', (address) => {
    expect(safeReturnTo(address)).toBe('/');
  });
});
