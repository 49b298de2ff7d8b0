import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../services/dashboard/src/address/view-of.ts';
import { refusedAudience } from '../services/dashboard/src/address/who-may-see.ts';
import { entriesFor } from '../services/dashboard/src/frame/entries.ts';

const DOCS = readFileSync(new URL('../docs/console.md', import.meta.url), 'utf8');
const [, STAFF = '', OTHERS = ''] = DOCS.split(/^## /m);

const addressesIn = (text: string) => [...text.matchAll(/`(\/[^`]*)`/g)].map(([, address = '']) => address);
const viewAt = (address: string) => viewOf(address.replace('{month}', '2026-11').replaceAll('{id}', 'x')).view;

describe('docs/console.md', () => {
  it('names addresses that the page has', () => {
    expect(addressesIn(DOCS).length).toBeGreaterThan(25);
    expect(addressesIn(DOCS).filter((address) => viewAt(address) === 'nothing')).toEqual([]);
  });

  it('names every place that the navigation leads to', () => {
    const named = addressesIn(DOCS).map(viewAt);
    const places = (['staff', 'owner', 'member'] as const).flatMap((kind) =>
      entriesFor(kind).flatMap(({ entries }) => entries.flatMap(({ views }) => views)),
    );
    expect([...new Set(places)].filter((view) => view !== 'sign-in' && !named.includes(view))).toEqual([]);
  });

  it('gives nobody an address whose view is for others', () => {
    expect(addressesIn(STAFF).filter((address) => refusedAudience(viewAt(address), 'staff') !== undefined)).toEqual([]);
    const rows = OTHERS.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    expect(rows.length).toBeGreaterThan(4);
    for (const row of rows) {
      const kind = row.includes('members |') && row.includes('owners and') ? 'member' : 'owner';
      for (const address of addressesIn(row)) expect(refusedAudience(viewAt(address), kind), row).toBeUndefined();
    }
  });
});
