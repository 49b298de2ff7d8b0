import { setTimeout as delay } from 'node:timers/promises';

/** A place between two steps at which a test lets a process die, hang or fail. Production has none. */
export type Failpoint = (place: string) => Promise<void>;

/**
 * `<place>=<what>:<chance>[:<ms>]`, several joined by `;`. `kill` is SIGKILL, `fail` throws, `wait` waits for that many
 * milliseconds, `block` keeps the event loop busy for so long. The chance is one of 0 to 1.
 */
export const FAILPOINTS_FORM =
  /^[a-z-]+=(kill|fail|wait|block):(0(\.\d+)?|1)(:\d{1,6})?(;[a-z-]+=(kill|fail|wait|block):(0(\.\d+)?|1)(:\d{1,6})?)*$/;

/** What failpoints do to their process; tests of this file have their own. */
export type FailpointHost = {
  readonly kill: () => void;
  readonly random: () => number;
};

const HOST: FailpointHost = { kill: () => process.kill(process.pid, 'SIGKILL'), random: Math.random };

type Effect = { readonly what: string; readonly chance: number; readonly forMs: number };

/**
 * Reads failpoints.
 *
 * @param text of the form {@link FAILPOINTS_FORM}; `undefined` in production, where there are none.
 */
export function createFailpoint(text: string | undefined, host: FailpointHost = HOST): Failpoint | undefined {
  if (text === undefined) return undefined;
  const effects = new Map(text.split(';').map(readEffect));
  return async (place) => {
    const effect = effects.get(place);
    if (effect === undefined || host.random() >= effect.chance) return;
    await happen(effect, place, host);
  };
}

/**
 * Puts the failpoints `before-<step>` and `after-<step>` around a step. Without failpoints the step stays what it is.
 */
export function withFailpoints<A extends readonly unknown[], R>(
  failpoint: Failpoint | undefined,
  step: string,
  run: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  if (failpoint === undefined) return run;
  return async (...args) => {
    await failpoint(`before-${step}`);
    const result = await run(...args);
    await failpoint(`after-${step}`);
    return result;
  };
}

function readEffect(text: string): [string, Effect] {
  const [place = '', effect = ''] = text.split('=');
  const [what = '', chance = '', ms = '0'] = effect.split(':');
  return [place, { what, chance: Number(chance), forMs: Number(ms) }];
}

async function happen({ what, forMs }: Effect, place: string, host: FailpointHost): Promise<void> {
  switch (what) {
    case 'kill':
      host.kill();
      // A signal to oneself takes a moment to arrive, and nothing may happen in it.
      block(FOR_GOOD_MS);
      return;
    case 'fail':
      throw new Error(`failpoint ${place}`);
    case 'wait':
      await delay(forMs);
      return;
    default:
      block(forMs);
  }
}

const FOR_GOOD_MS = 1_000;

function block(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}
