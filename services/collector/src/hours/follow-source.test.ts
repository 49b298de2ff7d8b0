import { ClientError } from '@hopsmeter/client';
import { SourceError } from '@hopsmeter/sources';
import {
  countingSource,
  createFollowerWorld,
  type FollowerWorld,
} from '@hopsmeter/test/support/collector/follow-source.ts';
import { createTestClock } from '@hopsmeter/test/support/collector/test-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from './hour.ts';

const MINUTE_MS = 60_000;

let world: FollowerWorld;

beforeEach(async () => {
  world = await createFollowerWorld(createTestClock('2026-11-22T13:20:00Z'));
});

const ids = () => world.sent.map(({ id }) => id);
const usageIds = () => ids().filter((id) => id.startsWith('network/'));
const hoursOf = (list: readonly string[]) => list.map((id) => /T(\d\d):/.exec(id)?.[1]);

describe('every hour', () => {
  it('is collected once, after its delay, from the hour on in which it began, and ends with its manifest', async () => {
    await world.run(countingSource(), 49 * MINUTE_MS);
    expect(ids()).toEqual([]);
    await world.run(countingSource(), 2 * HOUR_MS);
    expect(ids()).toEqual([
      'network/churn/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z',
      'network/churn/2026-11-22T14:00:00Z/2026-11-22T15:00:00Z',
      'manifest/2026-11-22T14:00:00Z/2026-11-22T15:00:00Z',
    ]);
    expect(world.sent[1]?.data).toMatchObject({ eventCount: 1 });
    expect(world.sent[1]?.source).toMatch(/\/collector\/egress$/);
  });

  it('of an outage is collected when it is over, the oldest and the newest in turns (B1)', async () => {
    await world.run(countingSource(), 1);
    world.clock.jump(6 * HOUR_MS);
    const follower = await world.run(countingSource(), MINUTE_MS);
    expect(hoursOf(usageIds())).toEqual(['13', '18', '14', '17', '15', '16']);
    expect(follower.state()).toEqual({ hoursBehind: 0, failure: undefined });
  });

  it('of which the source fails is asked for again, and holds no other one up', async () => {
    await world.run(countingSource(), 1);
    world.clock.jump(4 * HOUR_MS);
    const source = countingSource();
    let isBroken = true;
    const failing = {
      ...source,
      collect: async (...[window, signal]: Parameters<typeof source.collect>) => {
        if (isBroken && window.start === '2026-11-22T14:00:00Z') throw new SourceError('ANSWER_FAILED', 'it broke');
        return source.collect(window, signal);
      },
    };
    world.clock.at(world.clock.elapsed() + 5 * MINUTE_MS, () => {
      isBroken = false;
    });
    await world.run(failing, 4 * MINUTE_MS);
    expect(hoursOf(usageIds())).toEqual(['13', '16', '15']);
    const { state } = await world.run(failing, 10 * MINUTE_MS);
    expect(hoursOf(usageIds())).toEqual(['13', '16', '15', '14']);
    expect(state()).toEqual({ hoursBehind: 0, failure: undefined });
    expect(
      world.lines.filter((line) => line.includes('"code":"ANSWER_FAILED"') && line.includes('"warn"')),
    ).toHaveLength(2);
  });

  it('that was collected and not sent is sent as it was, not asked for again', async () => {
    world.spoolError = new ClientError('SPOOL_FULL', 'for the test');
    const first = countingSource();
    const { state } = await world.run(first, 2 * HOUR_MS);
    expect(first.asked).toEqual(['2026-11-22T13:00:00Z']);
    expect(state().failure?.code).toBe('SPOOL_FULL');
    world.spoolError = undefined;
    const second = countingSource();
    await world.run(second, MINUTE_MS);
    expect(second.asked).toEqual(['2026-11-22T14:00:00Z']);
    expect(world.sent[0]?.data).toMatchObject({ egressBytes: 1 });
    expect(hoursOf(usageIds())).toEqual(['13', '14']);
  });

  it('with an event that can never be sent is finished without it, and the log names it', async () => {
    const source = countingSource();
    const send = world.sent.push.bind(world.sent);
    world.sent.push = (...events) => {
      if (events.some(({ id }) => id.startsWith('network/'))) throw new ClientError('INVALID_EVENT', 'for the test');
      return send(...events);
    };
    await world.run(source, HOUR_MS);
    expect(ids()).toEqual(['manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z']);
    expect(world.lines.join()).toContain('an event cannot be sent');
  });

  it('ends the process when another one has taken the spool over', async () => {
    world.spoolError = new ClientError('SPOOL_LOST', 'for the test');
    await expect(world.run(countingSource(), 2 * HOUR_MS)).rejects.toThrow('Another process has taken over');
  });
});

describe('an hour that nobody can collect any more', () => {
  const bounded = (hours: number) => countingSource({ readReach: async () => ({ hours, days: undefined }) });
  const SINCE = Date.parse('2026-11-22T13:00:00Z');

  it('is missing with the reason once ingest agrees on what time it is; others are collected', async () => {
    await world.run(countingSource(), 1);
    world.clock.jump(4 * HOUR_MS);
    world.isTimeConfirmed = false;
    await world.run(bounded(SINCE + 2 * HOUR_MS), MINUTE_MS);
    expect(hoursOf(usageIds())).toEqual(['15', '16']);
    expect(ids().filter((id) => id.includes('missing'))).toEqual([]);
    world.isTimeConfirmed = true;
    await world.run(bounded(SINCE + 2 * HOUR_MS), MINUTE_MS);
    const missing = world.sent.filter(({ id }) => id.endsWith('/missing'));
    expect(hoursOf(missing.map(({ id }) => id))).toEqual(['13', '14']);
    const reason = 'the source does not keep it any longer: the collector was not running';
    expect(missing[0]?.data).toMatchObject({ eventCount: 0, missing: reason });
    expect(await world.metrics()).toContain('collector_windows_total{source="egress",outcome="missing"} 2');
  });

  it('is missing when the source says that it will never know it', async () => {
    await world.run(countingSource(), 1);
    world.clock.jump(2 * HOUR_MS);
    const source = countingSource();
    const forgetful = {
      ...source,
      collect: async (...[window, signal]: Parameters<typeof source.collect>) => {
        if (window.start === '2026-11-22T13:00:00Z') throw new SourceError('NOT_KNOWN', 'it has no row of that hour');
        return source.collect(window, signal);
      },
    };
    world.isTimeConfirmed = false;
    const { state } = await world.run(forgetful, MINUTE_MS);
    expect(state()).toMatchObject({ hoursBehind: 1, failure: { code: 'NOT_KNOWN' } });
    world.isTimeConfirmed = true;
    const after = await world.run(forgetful, 20 * MINUTE_MS);
    expect(after.state()).toEqual({ hoursBehind: 0, failure: undefined });
    const [missing] = world.sent.filter(({ id }) => id.endsWith('/missing'));
    expect(missing?.data).toMatchObject({ missing: 'NOT_KNOWN: it has no row of that hour' });
  });

  it('is told of a day before it is lost, once', async () => {
    await world.run(countingSource(), 1);
    world.clock.jump(3 * HOUR_MS);
    let oldest = SINCE - 25 * HOUR_MS;
    const away = countingSource({
      readReach: async () => ({ hours: oldest, days: undefined }),
      collect: () => Promise.reject(new SourceError('UNREACHABLE', 'for the test')),
    });
    const told = () => world.lines.filter((line) => line.includes('hours will be lost'));
    await world.run(away, 10 * MINUTE_MS);
    expect(told()).toEqual([]);
    oldest = SINCE - 20 * HOUR_MS;
    await world.run(away, 40 * MINUTE_MS);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('"hoursUntilLoss":20');
  });

  it('of a sample that failed is missing, never zero (B4)', async () => {
    const source = countingSource({ kind: 'sampled', delayMs: 300_000 });
    let isBroken = true;
    const failing = {
      ...source,
      collect: async (...[window, signal]: Parameters<typeof source.collect>) => {
        if (isBroken) throw new SourceError('UNREACHABLE', 'RonDB is away: é\n');
        return source.collect(window, signal);
      },
    };
    world.clock.at(world.clock.elapsed() + HOUR_MS, () => {
      isBroken = false;
    });
    await world.run(failing, 2 * HOUR_MS);
    expect(world.sent.map(({ id, data }) => [id, 'missing' in data ? data.missing : ''])).toEqual([
      ['manifest/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z/missing', 'it was not sampled: UNREACHABLE: RonDB is away:'],
      ['network/churn/2026-11-22T14:00:00Z/2026-11-22T15:00:00Z', ''],
      ['manifest/2026-11-22T14:00:00Z/2026-11-22T15:00:00Z', ''],
      ['network/churn/2026-11-22T15:00:00Z/2026-11-22T16:00:00Z', ''],
      ['manifest/2026-11-22T15:00:00Z/2026-11-22T16:00:00Z', ''],
    ]);
  });

  it('is not given up for a clock that jumps ahead and back', async () => {
    const source = countingSource({ kind: 'sampled', delayMs: 300_000 });
    await world.run(source, MINUTE_MS);
    world.isTimeConfirmed = false;
    world.clock.jump(48 * HOUR_MS);
    const wrong = { ...source, collect: () => Promise.reject(new SourceError('CLOCK_DIFFERS', 'for the test')) };
    await world.run(wrong, HOUR_MS);
    world.clock.jump(-48 * HOUR_MS);
    world.isTimeConfirmed = true;
    await world.run(source, 2 * HOUR_MS);
    expect(hoursOf(usageIds())).toEqual(['13', '14', '15', '16']);
    expect(ids().filter((id) => id.includes('missing'))).toEqual([]);
  });
});
