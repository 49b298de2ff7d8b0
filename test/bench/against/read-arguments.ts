import { parseArgs } from 'node:util';
import type { Scenario } from '../measure-load.ts';

/** By the names that `--only` takes, in the order in which they are measured. */
export const LOADS = {
  '1000x8': { eventsPerBatch: 1_000, connections: 8 },
  '100x32': { eventsPerBatch: 100, connections: 32 },
  '1x32': { eventsPerBatch: 1, connections: 32 },
  twice: { eventsPerBatch: 1_000, connections: 8, isTwice: true },
} as const satisfies Readonly<Record<string, Scenario>>;

export type LoadName = keyof typeof LOADS;

export type AgainstArguments = {
  /** As git understands it. */
  readonly revision: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly loads: readonly LoadName[];
  readonly json: string | undefined;
};

/** What a person typed cannot be done: the message says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `npm run bench -- --against REV [--rounds N] [--seconds N] [--only LOAD[,LOAD]] [--json FILE]

Builds another revision of this repository in a folder of its own and measures it in turns with this one, so that
what else the machine does is in both: each round runs each load on the other and then on this, every time on new
servers. The load, the measuring and the settings of Postgres and Redis are this clone's; services and migrations are
those of each revision. Shown are the medians of the rounds, with the least and the most, and of the ratios within each
round. After every run nothing may be missing or counted twice.

  --against REV    a branch, tag or commit: e988a07 or a later one
  --rounds N       how often each of the two runs each load (default 5)
  --seconds N      length of each run (default 20)
  --only LOADS     some of ${Object.keys(LOADS).join(', ')} (events in a batch x connections; twice: 1000x8,
                   but half of the events are sent twice)
  --json FILE      also write the figures of every run

The dependencies of this clone serve the other one where package-lock.json is the same, without a network; else npm ci
gets others. With uncommitted changes, this clone is measured with them.`;

/** @returns `undefined` where help is asked for. @throws UsageError */
export function readArguments(args: readonly string[]): AgainstArguments | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const { against: revision } = values;
  // A revision never begins with a dash, but an option does: git would take it for one.
  if (revision === undefined || revision === '' || revision.startsWith('-'))
    throw new UsageError('--against needs a branch, tag or commit.');
  return {
    revision,
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    loads: readLoads(values.only),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        against: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '20' },
        only: { type: 'string', default: Object.keys(LOADS).join(',') },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new UsageError(`${name} is a whole number from 1 on, not "${text}".`);
  return value;
}

/** In the order of {@link LOADS}, each once. */
function readLoads(text: string): readonly LoadName[] {
  const asked = new Set(text.split(','));
  const loads = Object.keys(LOADS).filter((name): name is LoadName => asked.delete(name));
  const [unknown] = asked;
  if (unknown !== undefined)
    throw new UsageError(`--only knows ${Object.keys(LOADS).join(', ')} with --against, not "${unknown}".`);
  return loads;
}
