import type { Clone } from '../../harness/pipeline.ts';
import { isExact, readAccount } from '../exactness.ts';
import { measureLoad, type Scenario } from '../measure-load.ts';
import { readLedgerBytes } from '../sizes.ts';
import { startStage } from '../stage.ts';
import type { RunFigures } from './summary.ts';

/** What an event's cost is made of; the load itself runs on the same cores but is no part of it. */
const PROCESSES = ['ingest', 'worker', 'postgres', 'redis'] as const;

/** Whose memory has bounds of its own. */
const SERVICES = ['ingest', 'worker'] as const;

/**
 * One load on new servers, so that each run begins with an empty ledger and no vacuum of an earlier one runs beside it.
 *
 * @param clone whose services are measured. Default: this clone's.
 */
export async function measureRun(load: Scenario, seconds: number, clone?: Clone): Promise<RunFigures> {
  const stage = await startStage(clone);
  try {
    const { eventsPerSecond, cpuSecondsPerMillion } = await measureLoad(stage, load, seconds);
    const memory = stage.peakMemory();
    return {
      eventsPerSecond,
      // Seconds for a million are microseconds for one.
      cpuMicroseconds: Object.fromEntries(PROCESSES.map((name) => [name, cpuSecondsPerMillion[name] ?? 0])),
      ledgerBytes: await readLedgerBytes(stage),
      peakMemoryBytes: Object.fromEntries(SERVICES.map((name) => [name, memory.get(name) ?? 0])),
      isExact: isExact(await readAccount(stage.pool, stage.schema), stage.expected(), stage.expectedDistinct()),
    };
  } finally {
    await stage.close();
  }
}
