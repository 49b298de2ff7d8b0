import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Restartable, startProcess } from '@hopsmeter/stack';
import { type Environment, read } from '../connections.ts';
import { chooseServicePort } from './choose-service-port.ts';
import { openServiceLog, type ServiceLog } from './service-log.ts';

/**
 * Our services, in the order of their start: who acknowledges events needs nobody who counts them, but not for long.
 */
export const SERVICES = [
  { name: 'ingest', portVariable: 'INGEST_PORT', usualPort: 4_100 },
  { name: 'worker', portVariable: 'WORKER_PORT', usualPort: 4_200 },
  { name: 'api', portVariable: 'API_PORT', usualPort: 4_000 },
] as const;

export type ServiceSpec = (typeof SERVICES)[number];

export type RunningService = {
  readonly name: ServiceSpec['name'];
  readonly url: string;
  /** Whether the usual port was taken by another program. */
  readonly isMoved: boolean;
  readonly process: Restartable;
  readonly log: ServiceLog;
};

export type ServiceContext = {
  /** `.hopsmeter` */
  readonly directory: string;
  readonly env: Environment;
  /** Added to the environment of the service. */
  readonly settings: Readonly<Record<string, string>>;
};

/** Starts a service as a child process and waits until it is ready. @throws CliError, StackError */
export async function startService(spec: ServiceSpec, context: ServiceContext): Promise<RunningService> {
  const { name, portVariable, usualPort } = spec;
  const { directory, env, settings } = context;
  const port = await chooseServicePort(portVariable, read(env, portVariable), usualPort);
  const url = `http://127.0.0.1:${port}`;
  const log = openServiceLog(join(directory, 'logs', `${name}.log`));
  try {
    const process = await startProcess({
      name,
      command: globalThis.process.execPath,
      args: [fileURLToPath(new URL(`../../../../services/${name}/dist/main.js`, import.meta.url))],
      env: { ...settings, [portVariable]: String(port) },
      directory,
      ready: `${url}/readyz`,
      onLine: log.write,
    });
    return { name, url, isMoved: read(env, portVariable) === undefined && port !== usualPort, process, log };
  } catch (error) {
    await log.close();
    throw error;
  }
}
