import { createEventMaker, type Window } from '@hopsmeter/client';
import { checkIsNow } from '../asking/check-clock.ts';
import type { CollectedWindow, Source } from '../source.ts';
import type { Hopsworks } from './hopsworks-client.ts';
import { type KnownProjects, NO_PROJECTS } from './known-projects.ts';
import { planReports } from './plan-reports.ts';

export type ProjectsOptions = { readonly clusterId: string; readonly hopsworks: Hopsworks };

export type ReportedProjects = CollectedWindow & {
  /** To be kept once the events are safe, also when there are none, and given back the next time. */
  readonly known: KnownProjects;
};

/**
 * Whose the namespaces of a cluster are. It can be asked as often as one likes; `collect` reports all of them, as if
 * nothing had been reported yet.
 */
export type ProjectsSource = Source & {
  /**
   * Reports what is new since what is known was reported, for the hour that it is now.
   *
   * @throws SourceError
   */
  readonly report: (known: KnownProjects, window: Window, signal: AbortSignal) => Promise<ReportedProjects>;
};

export function createProjectsSource({ clusterId, hopsworks }: ProjectsOptions): ProjectsSource {
  const maker = createEventMaker(clusterId, '/collector/projects');
  const report: ProjectsSource['report'] = async (known, window, signal) => {
    const { projects: listed, unreadable, serverTime } = await hopsworks.listProjects(signal);
    checkIsNow(window, serverTime, 'Hopsworks');
    const listedIds = new Set(listed.map(({ id }) => id));
    const unlistedIds = [...new Set(known.projects.map(({ id }) => id))].filter((id) => !listedIds.has(id));
    const said = await hopsworks.askForProjects(unlistedIds, signal);
    const unlisted = new Map(unlistedIds.flatMap((id, place) => (said[place] ? [[id, said[place]] as const] : [])));
    const plan = planReports(known, { listed, unlisted, hour: window.start }, maker);
    return { ...plan, quarantined: [...unreadable, ...plan.quarantined], ignored: [] };
  };
  return {
    name: 'projects',
    kind: 'sampled',
    delayMs: 0,
    report,
    async collect(window, signal) {
      const { events, quarantined, ignored } = await report(NO_PROJECTS, window, signal);
      return { events, quarantined, ignored };
    },
  };
}
