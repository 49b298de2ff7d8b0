import { isPortFree } from '@hopsmeter/stack';
import { CliError } from '../cli-error.ts';

/** Ports tried after the usual one: whoever has that many neighbours on them wants to choose. */
const PORTS_MAX = 50;

/**
 * Finds a service's port on 127.0.0.1.
 *
 * @param wanted what the variable says: this one and no other. Without it the usual one or the next free.
 * @throws CliError when there is none.
 */
export async function chooseServicePort(variable: string, wanted: string | undefined, usual: number): Promise<number> {
  if (wanted !== undefined) {
    const port = Number(wanted);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new CliError(`${variable} must be a port from 1 to 65535, not ${wanted}.`);
    if (!(await isPortFree(port))) throw new CliError(`Port ${port} (${variable}) is taken by another program.`);
    return port;
  }
  for (let port = usual; port < usual + PORTS_MAX; port++) if (await isPortFree(port)) return port;
  throw new CliError(`Ports ${usual} to ${usual + PORTS_MAX - 1} are all taken: set ${variable} to a free one.`);
}
