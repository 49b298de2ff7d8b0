import { StackError } from '../stack-error.ts';
import { choosePort, isPortFree } from './choose-port.ts';
import type { RunningProcess } from './run-process.ts';

/** Between looking for a free port and listening on it, another program can take it: once is chance, thrice is not. */
const START_ATTEMPTS_MAX = 3;

/** Which port is wanted. */
export interface PortWish {
  /** This one and no other. */
  readonly port: number | undefined;
  /** Without `port`: this one when it is free, else any. */
  readonly preferred: number;
}

/** Starts a server on a port that is found the first time and kept from then on: clients hold its URL. */
export function steadyPort(
  { port, preferred }: PortWish,
  start: (port: number) => Promise<RunningProcess>,
): { start(): Promise<RunningProcess>; port(): number } {
  let kept: number | undefined;
  const startFirst = async () => {
    if (port !== undefined && !(await isPortFree(port))) {
      throw new StackError('PORT_TAKEN', `Port ${port} on 127.0.0.1 is taken by another program.`);
    }
    for (let attempt = 1; ; attempt += 1) {
      const candidate = port ?? (await choosePort(attempt === 1 ? preferred : 0));
      try {
        const started = await start(candidate);
        kept = candidate;
        return started;
      } catch (error) {
        const wasTaken = port === undefined && !(await isPortFree(candidate));
        if (!wasTaken || attempt === START_ATTEMPTS_MAX) throw error;
      }
    }
  };
  return {
    start: () => (kept === undefined ? startFirst() : start(kept)),
    port: () => {
      if (kept === undefined) throw new StackError('NOT_READY', 'The port is known once the first start succeeded.');
      return kept;
    },
  };
}
