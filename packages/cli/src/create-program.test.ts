import { describe, expect, it } from 'vitest';
import { createProgram } from './create-program.ts';

async function run(...args: string[]): Promise<unknown[]> {
  const calls: unknown[] = [];
  const actions = {
    start: async (options: unknown) => void calls.push(['start', options]),
    migrate: async () => void calls.push(['migrate']),
  };
  await createProgram(actions, '/clone/.hopsmeter').parseAsync(args, { from: 'user' });
  return calls;
}

describe('the command line', () => {
  it('starts with the demo and until it is stopped unless told otherwise', async () => {
    expect(await run('start')).toEqual([['start', { once: false, demo: true, directory: '/clone/.hopsmeter' }]]);
    expect(await run('start', '--once', '--no-demo', '--directory', 'here')).toEqual([
      ['start', { once: true, demo: false, directory: 'here' }],
    ]);
  });

  it('migrates', async () => {
    expect(await run('migrate')).toEqual([['migrate']]);
  });

  it('describes every command', () => {
    const program = createProgram({ start: async () => undefined, migrate: async () => undefined }, 'x');
    expect(program.commands.map((command) => command.name())).toEqual(['start', 'migrate']);
    expect(program.commands.every((command) => command.description() !== '')).toBe(true);
  });
});
