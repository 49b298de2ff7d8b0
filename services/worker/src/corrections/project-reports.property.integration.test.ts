import { readPipelineCounts } from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/find-rollup-differences.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  createCorrectionWorld,
  projectReport,
  signal,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const HOURS = 12;
const USERS = ['auth0|owner', 'auth0|other', 'auth0|member'] as const;
const at = (hour: number): number => SAMPLE_START + hour * HOUR;

/** A namespace that two projects had one after the other, each with owners one after the other. */
const story = fc.record({
  ends: fc.boolean(),
  owners: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: HOURS, maxLength: HOURS }),
  reported: fc.array(fc.boolean(), { minLength: HOURS, maxLength: HOURS }),
  next: fc.option(fc.integer({ min: 6, max: 9 })),
  order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 12, maxLength: 12 }),
  isShared: fc.boolean(),
});

let world: CorrectionWorld;
let runs = 0;

beforeAll(async () => {
  world = await createCorrectionWorld();
});
afterAll(() => world?.database.close());

it('usage and reports in any order, sent twice and settled by several workers, are billed exactly', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ ends, owners, reported, next, order, cuts, isShared }) => {
      const space = `story-${runs++}`;
      const lastHour = next ?? HOURS;
      const ended = ends ? lastHour - 1 : undefined;
      const hours = Array.from({ length: HOURS }, (_, hour) => hour);
      // Reports of an hour are made at its end; that of the end is the last one of the first project.
      const ofFirst = hours
        .filter((hour) => hour === 0 || (reported[hour] && hour < (ended ?? lastHour)))
        .map((hour) => ({ hour, owner: USERS[owners[hour] ?? 0] ?? USERS[0] }));
      const lastOwner = ofFirst.at(-1)?.owner ?? USERS[0];
      const reports = [
        ...ofFirst.map(({ hour, owner }) => projectReport(`${space}/${hour}`, space, { owner, reportedAt: at(hour) })),
        ...(ended === undefined
          ? []
          : [projectReport(`${space}/end`, space, { owner: lastOwner, reportedAt: at(ended), endedAt: at(ended) })]),
        ...(next === null
          ? []
          : [
              projectReport(`${space}/next`, space, {
                projectId: 2,
                owner: 'auth0|other',
                createdAt: at(next),
                reportedAt: at(next + 1),
              }),
            ]),
      ];
      const holderIn = (hour: number): string | undefined => {
        if (next !== null && hour >= next) return 'auth0|other';
        if (ended !== undefined && hour >= ended) return undefined;
        return ofFirst.filter((each) => each.hour <= hour).at(-1)?.owner;
      };
      const expected = new Map<string, number>();
      const usages = hours.flatMap((hour) => {
        const holder = holderIn(hour);
        if (holder === undefined) return [];
        expected.set(holder, (expected.get(holder) ?? 0) + hour + 1);
        const window = { start: at(hour), end: at(hour + 1) };
        return [usage(`${space}/usage ${hour}`, { cpu_hours: String(hour + 1) }, { namespace: space, ...window })];
      });
      const twice = [...reports, ...usages, ...reports.slice(0, 3), ...usages.slice(0, 3)];
      const sent = twice
        .map((event, place) => ({ event, rank: order[place] ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ event }) => event);
      for (const cut of cuts) {
        const part = sent.splice(0, cut);
        if (part.length > 0) await world.record(...part);
        const workers = Array.from({ length: isShared ? 2 : 1 }, () => world.createSettler());
        await Promise.all(workers.map((worker) => worker.settle(signal())));
        await world.retry('changed');
      }
      await world.record(...sent);
      await vi.waitFor(
        async () => {
          await world.settle();
          await world.retry('changed');
          expect(await world.rowsOf(WAITING, [`${space}/%`])).toEqual([]);
        },
        { timeout: 30_000 },
      );
      const billed = await world.rowsOf<{ user: string; hours: number }>(BILLED, [space]);
      expect(new Map(billed.map(({ user, hours: sum }) => [user, sum]))).toEqual(expected);
    }),
    { numRuns: 8, seed: Number(process.env.TEST_SEED ?? 20_261_122) },
  );
  expect(await findRollupDifferences(world.database.pool)).toEqual([]);
  const { events, counted, duplicates, parked } = await readPipelineCounts(world.database.pool);
  expect([counted + duplicates, parked]).toEqual([events, 0n]);
}, 240_000);

const WAITING = `select event_id, reason, detail from hopsmeter.parked_events
  where status = 'pending' and event_id like $1`;

const BILLED = `select usage_daily.user_id as user, sum(quantity)::float8 as hours
  from hopsmeter.usage_daily join hopsmeter.projects on projects.id = project_id
  where meter = 'cpu_hours' and namespace = $1 group by 1 having sum(quantity) <> 0`;
