import { chooseHolders } from '../projects/choose-holders.ts';
import type { Hopsworks } from '../projects/hopsworks-client.ts';
import { type Check, CheckFailure } from './check.ts';
import { checkClock } from './check-clock.ts';

/** Whether Hopsworks tells all projects with their namespaces and owners. */
export function createHopsworksCheck(hopsworks: Hopsworks, now: () => number): Check {
  return {
    name: 'Hopsworks',
    advice: {
      UNREACHABLE: 'see HOPSWORKS_URL; for a certificate of your own authority set NODE_EXTRA_CA_CERTS',
      TIMED_OUT: 'see HOPSWORKS_URL, and whether the network policy lets it out',
      ACCESS_DENIED: 'set HOPSWORKS_API_KEY to the API key of an administrator with the scope ADMIN',
      ANSWER_FAILED: 'HOPSWORKS_URL is that of Hopsworks without /hopsworks-api',
      ANSWER_UNREADABLE: 'HOPSWORKS_URL is that of Hopsworks without /hopsworks-api',
    },
    async run(signal) {
      const { projects, unreadable, serverTime } = await hopsworks.listProjects(signal);
      checkClock(serverTime, now(), 'Hopsworks');
      const named = projects.filter(({ namespace }) => namespace !== undefined);
      if (projects.length > 0 && named.length === 0)
        throw new CheckFailure(
          'Hopsworks tells the namespace of no project, so that none can be billed: update Hopsworks',
        );
      const odd = [
        [unreadable.length, 'cannot be read'],
        [projects.length - named.length, 'without a namespace'],
        [projects.filter(({ owner }) => owner === undefined).length, 'without an owner'],
        [named.length - chooseHolders(named).size, 'with the namespace of another one'],
      ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
      const warning = odd.length === 0 ? undefined : `${odd.join(', ')}: these are not reported`;
      return { text: `lists ${projects.length} projects`, warning };
    },
  };
}
