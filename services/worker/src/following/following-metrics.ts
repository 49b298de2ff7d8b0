import type { FollowingHealth } from '@hopsmeter/db';
import { Counter, Gauge, type Registry } from 'prom-client';

export type FollowingMetrics = {
  noteMade(made: ReadonlyMap<string, number>): void;
  /** Undefined: not known. */
  noteHealth(health: FollowingHealth | undefined): void;
};

/** The metrics of following the application. Only there where it is configured. */
export function createFollowingMetrics(registry: Registry): FollowingMetrics {
  const registers = [registry];
  const changes = new Counter({
    name: 'followed_changes_total',
    help: 'Changes of the application that were brought over, by kind',
    labelNames: ['kind'],
    registers,
  });
  const age = new Gauge({
    name: 'following_age_seconds',
    help: 'Time since everything that the application had was brought over; NaN: never, or not known',
    registers,
  });
  const held = new Gauge({
    name: 'following_held',
    help: '1 while so much of the application database is missing that a person has to confirm it. NaN: not known',
    registers,
  });
  const unreadable = new Gauge({
    name: 'following_unreadable',
    help: '1 while the application database cannot be read. NaN: not known',
    registers,
  });
  const problems = new Gauge({
    name: 'following_problems',
    help: 'Rows of the application that contradict what hopsmeter has, or that a rule refuses. NaN: not known',
    registers,
  });
  const noteHealth = (health: FollowingHealth | undefined): void => {
    age.set(health?.ageSeconds ?? Number.NaN);
    held.set(health === undefined ? Number.NaN : Number(health.state === 'held'));
    unreadable.set(health === undefined ? Number.NaN : Number(health.state === 'unreadable'));
    problems.set(health?.problemCount ?? Number.NaN);
  };
  // A gauge begins with 0, which would say that all is well.
  noteHealth(undefined);
  return {
    noteMade(made) {
      for (const [kind, count] of made) changes.inc({ kind }, count);
    },
    noteHealth,
  };
}
