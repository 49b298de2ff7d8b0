import { isDeepStrictEqual } from 'node:util';
import { type ProjectsSource, SourceError } from '@hopsmeter/sources';
import { isPassing } from '../disk/is-passing.ts';
import type { FollowContext } from '../follow-context.ts';
import { deliver } from '../hours/deliver.ts';
import { createFailures } from '../hours/failures.ts';
import type { Follower } from '../hours/follow-source.ts';
import { hourAt, hourWindow } from '../hours/hour.ts';
import type { PendingReports, ProjectsFile } from './projects-file.ts';

/** A project is known before its first hour is collected; each look costs Hopsworks a query for each project. */
const EVERY_MS = 300_000;

/** Tells hopsmeter whose the namespaces are, as soon as Hopsworks says something new. Each change is sent once. */
export function createProjectsFollower(source: ProjectsSource, file: ProjectsFile, context: FollowContext): Follower {
  const { client, clock, logger, metrics } = context;
  const failures = createFailures(clock.elapsed);

  const send = async (pending: PendingReports): Promise<void> => {
    for (const { id, detail } of await deliver(client, pending.events))
      logger.error({ source: source.name, id, detail, hint: 'report this line as a bug' }, 'an event cannot be sent');
    await file.settle(pending);
  };

  const look = async (signal: AbortSignal): Promise<void> => {
    const left = await file.readPending();
    if (left !== undefined) await send(left);
    const window = hourWindow(hourAt(clock.now()));
    const before = await file.readKnown();
    const reported = await source.report(before, window, signal);
    metrics.noteCollected(source.name, reported, 0);
    const { events, known } = reported;
    if (events.length === 0) {
      // That a project was found to be gone is to be remembered: its end is reported when the hour is over.
      if (!isDeepStrictEqual(known, before)) await file.settle({ events, known });
      return;
    }
    await file.writePending({ events, known });
    await send({ events, known });
    logger.info({ source: source.name, events: events.length }, 'projects were reported');
  };

  const lookOnce = async (signal: AbortSignal): Promise<void> => {
    try {
      await look(signal);
      if (failures.settle([])) logger.info({ source: source.name }, 'nothing fails any more');
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError) && !isPassing(error)) throw error;
      metrics.noteFailure(source.name, error.code);
      const failure = { code: error.code, detail: error.message };
      const fields = { source: source.name, ...failure };
      const hint = 'it is tried again; hopsmeter doctor says what to do';
      if (failures.note(undefined, failure)) logger.warn({ ...fields, hint }, 'it has no answer');
      else logger.debug(fields, 'it has no answer yet');
    }
  };

  return {
    async run(signal) {
      while (!signal.aborted) {
        await lookOnce(signal);
        if (!signal.aborted) await clock.sleep(failures.restMs() || EVERY_MS, signal);
      }
    },
    state: () => ({ hoursBehind: 0, failure: failures.last() }),
  };
}
