import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listAllFaults } from './all-faults.ts';
import type { WorldChange } from './chaos-world.ts';
import { describeFault, planFaults } from './plan.ts';

const PROOF = readFileSync(fileURLToPath(new URL('../../docs/proof.md', import.meta.url)), 'utf8');

const named = (...names: string[]) => new Map(names.map((name) => [name, undefined]));

const change = (fault: string): WorldChange => ({ fault, detail: fault, apply: async () => undefined });

const KINDS = listAllFaults(
  {
    services: named('ingest-0', 'ingest-1', 'worker-0', 'worker-1'),
    links: named('clients-ingest-0', 'ingest-0-redis', 'worker-0-redis', 'worker-1-postgres'),
  },
  {
    changes: ['owner changes at noon', 'price changes in the past', 'project registered after its usage'].map(change),
    world: { clusters: [{ id: 'cluster', key: '' }] },
  },
);

describe('a plan', () => {
  it('is the same for the same seed, and another one for another', () => {
    const plan = (seed: number) => planFaults(KINDS, { seed, minutes: 2, kills: 10 }).map(describeFault);
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('has every kind of fault at least once in two minutes, and as many kills as it was asked for', () => {
    const plan = planFaults(KINDS, { seed: 3, minutes: 2, kills: 200 });
    expect([...new Set(plan.map(({ fault }) => fault))].sort()).toEqual(KINDS.map(({ name }) => name).sort());
    expect(plan.filter(({ track }) => track === 'kills')).toHaveLength(200);
  });

  it('lets faults of one track follow each other, and last longer in a long plan', () => {
    const longest = (minutes: number): number =>
      Math.max(...planFaults(KINDS, { seed: 4, minutes, kills: 0 }).map(({ forMs }) => forMs));
    expect(longest(30)).toBeGreaterThan(longest(2));
    const redis = planFaults(KINDS, { seed: 5, minutes: 5, kills: 0 }).filter(({ track }) => track === 'redis');
    for (const [index, { atMs, forMs }] of redis.entries())
      expect(redis[index + 1]?.atMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(atMs + forMs);
  });
});

it('docs/proof.md names every kind of fault', () => {
  expect(KINDS.map(({ name }) => name).filter((name) => !PROOF.includes(`| ${name} |`))).toEqual([]);
});
