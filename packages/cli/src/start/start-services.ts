import type { Screen } from '../console/screen.ts';
import type { Closers } from './closers.ts';
import { type RunningService, SERVICES, type ServiceContext, startService } from './start-service.ts';

export type StartServicesContext = ServiceContext & {
  readonly screen: Screen;
  readonly closers: Closers;
  /** Told about each service that was started and must stay up. */
  readonly onStarted: (service: RunningService) => void;
};

export type Services = { readonly ingest: RunningService; readonly api: RunningService };

/** Starts all services at the same time. What did start is registered with the closers though another one failed. */
export async function startServices(context: StartServicesContext): Promise<Services> {
  const { screen, closers, onStarted } = context;
  const services = await screen.step('starting ingest, worker and api', async () => {
    const results = await Promise.allSettled(SERVICES.map((spec) => startService(spec, context)));
    const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const service of running) {
      closers.add(service.name, async () => {
        await service.process.close();
        await service.log.close();
      });
      onStarted(service);
    }
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { value: running, text: 'ingest, worker and api are ready' };
  });
  for (const { name, url, isMoved } of services)
    if (isMoved) screen.warn(`the usual port of ${name} is taken by another program: it listens at ${url}`);
  const find = (name: RunningService['name']): RunningService => {
    const found = services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  return { ingest: find('ingest'), api: find('api') };
}
