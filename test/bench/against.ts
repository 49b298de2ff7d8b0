import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { ROOT } from '../harness/pipeline.ts';
import { cloneRevision, RevisionError } from './against/clone-revision.ts';
import { createProgress } from './against/create-progress.ts';
import { measureRun } from './against/measure-run.ts';
import { type AgainstArguments, HELP, LOADS, readArguments, UsageError } from './against/read-arguments.ts';
import { compareRounds, formatComparisons, type Round } from './against/summary.ts';
import type { Scenario } from './measure-load.ts';

/** `npm run bench -- --against REV`: this revision and another one in turns. */
try {
  const asked = readArguments(process.argv.slice(2));
  if (asked === undefined) console.log(HELP);
  else process.exitCode = (await measureAgainst(asked)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError || error instanceof RevisionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @returns whether every run was exact. */
async function measureAgainst({ revision, rounds, seconds, loads, json }: AgainstArguments): Promise<boolean> {
  const clone = await cloneRevision(ROOT, revision, (step) => console.log(step));
  try {
    const progress = createProgress(rounds * loads.length * 2, seconds);
    const measured = loads.map((name) => ({ name, load: LOADS[name], rounds: [] as Round[] }));
    for (let round = 1; round <= rounds; round++)
      for (const { load, rounds: ofLoad } of measured) {
        const title = `round ${round}, ${titleOf(load)}`;
        const other = await measureOther(load);
        progress.note(`${title}, ${revision}`, other);
        const ours = await measureRun(load, seconds);
        progress.note(`${title}, this`, ours);
        ofLoad.push({ other, ours });
      }
    console.log(`\n${cpus().length} cores, medians of ${rounds} rounds of ${seconds} s (least to most)`);
    for (const { load, rounds: ofLoad } of measured)
      console.log(`\n${titleOf(load)}\n${formatComparisons(compareRounds(ofLoad), revision)}`);
    const isExact = measured.every(({ rounds: all }) => all.every(({ other, ours }) => other.isExact && ours.isExact));
    console.log(`\nsent = recorded = ledger = rollup: ${isExact ? 'exact after every run' : 'NOT EXACT'}`);
    const results = { date: new Date().toISOString(), revision, commit: clone.commit, seconds, measured };
    if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
    return isExact;
  } finally {
    await clone.close();
  }

  /** What another revision cannot do is no fault of this one. */
  async function measureOther(load: Scenario) {
    try {
      return await measureRun(load, seconds, clone);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RevisionError(`${revision} cannot be measured by this revision's benchmark: ${reason}`, {
        cause: error,
      });
    }
  }
}

function titleOf({ eventsPerBatch, connections, isTwice = false }: Scenario): string {
  const events = eventsPerBatch === 1 ? 'single events' : `batches of ${eventsPerBatch.toLocaleString('en-US')}`;
  return `${events} on ${connections} connections${isTwice ? ', half of the events sent twice' : ''}`;
}
