import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../harness/pipeline.ts';
import { listAllFaults } from './all-faults.ts';
import { formatReport, toReport } from './chaos-report.ts';
import { listRedisFaults } from './faults/redis-faults.ts';
import { listSourceFaults } from './faults/source-faults.ts';
import { type ChaosOptions, type ChaosOutcome, runChaos } from './run-chaos.ts';

/** In two minutes a plan has every kind of fault. */
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 3);

/** Faults of three minutes, the start, the rest and the checks: longer on a busy machine. */
const RUN_WITHIN_MS = 720_000;

/** 20 s on two quiet cores. */
const CONTROL_WITHIN_MS = 240_000;

const CONTROLS = join(ROOT, 'test', 'chaos', 'dist', 'chaos', 'controls');

const SMALL = { seed: 7, minutes: 0.1, kills: 0, ingests: 1, workers: 1, eventsPerSecond: 600 } as const;

/** Redis dies twice while clients post, and nothing else happens. */
const WITH_REDIS_KILLED: ChaosOptions = {
  ...SMALL,
  kills: 2,
  faults: () => listRedisFaults().filter(({ name }) => name === 'Redis killed (SIGKILL)'),
};

/** Only what clients do anyway: copies, replays, conflicts. */
const WITH_REPLAYS: ChaosOptions = {
  ...SMALL,
  faults: (_stack, world) => listSourceFaults(world).filter(({ name }) => name === 'price changes in the past'),
};

const broken = ({ checks }: ChaosOutcome): readonly string[] =>
  checks.flatMap(({ promise, isKept }) => (isKept ? [] : [promise]));

describe('chaos', () => {
  it(
    'leaves every acknowledged event counted exactly once, to the last digit',
    async () => {
      const options = { seed: 20_261_122, minutes: MINUTES, kills: 60, eventsPerSecond: 600 };
      const outcome = await runChaos({ ...options, ingests: 2, workers: 2, faults: listAllFaults });
      const report = toReport(options, outcome);
      expect(broken(outcome), formatReport(report)).toEqual([]);
      expect(report.kills).toBeGreaterThanOrEqual(30);
    },
    RUN_WITHIN_MS,
  );
});

describe('the checks see', () => {
  it(
    'that a worker counts what it is given twice',
    async () => {
      const outcome = await runChaos({ ...WITH_REPLAYS, mains: { worker: join(CONTROLS, 'worker-without-dedup.js') } });
      expect(broken(outcome)).toEqual(
        expect.arrayContaining([
          'every distinct event is in the ledger exactly once',
          'the rollup equals the oracle, to the last digit',
        ]),
      );
    },
    CONTROL_WITHIN_MS,
  );

  it(
    'that an ingest answers before Redis has the job',
    async () => {
      const mains = { ingest: join(CONTROLS, 'ingest-that-answers-early.js') };
      const outcome = await runChaos({ ...WITH_REDIS_KILLED, mains });
      expect(broken(outcome)).toEqual(
        expect.arrayContaining([
          'every acknowledged request is recorded',
          'every distinct event is in the ledger exactly once',
          'the rollup equals the oracle, to the last digit',
        ]),
      );
    },
    CONTROL_WITHIN_MS,
  );

  it(
    'nothing when neither is broken',
    async () => {
      const outcome = await runChaos(WITH_REDIS_KILLED);
      expect(broken(outcome), formatReport(toReport(WITH_REDIS_KILLED, outcome))).toEqual([]);
    },
    CONTROL_WITHIN_MS,
  );
});
