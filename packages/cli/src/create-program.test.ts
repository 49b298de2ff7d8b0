import { describe, expect, it } from 'vitest';
import { createProgram } from './create-program.ts';

async function run(...args: string[]): Promise<unknown[]> {
  const calls: unknown[] = [];
  const actions = {
    start: async (options: unknown) => void calls.push(['start', options]),
    migrate: async () => void calls.push(['migrate']),
    reconcile: async (options: unknown) => void calls.push(['reconcile', options]),
    import: async (options: unknown) => void calls.push(['import', options]),
    compare: async (options: unknown) => void calls.push(['compare', options]),
    send: async (options: unknown) => void calls.push(['send', options]),
    doctor: async (options: unknown) => void calls.push(['doctor', options]),
    collect: async (options: unknown) => void calls.push(['collect', options]),
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

  it('compares, and repairs only when told to', async () => {
    const nothing = { from: undefined, to: undefined, repair: false, reason: undefined };
    expect(await run('reconcile')).toEqual([['reconcile', nothing]]);
    const args = ['--from', '2026-11-01', '--to', '2026-12-01', '--repair', '--reason', 'agreed'];
    const wanted = { from: '2026-11-01', to: '2026-12-01', repair: true, reason: 'agreed' };
    expect(await run('reconcile', ...args)).toEqual([['reconcile', wanted]]);
  });

  it('collects from all sources unless told otherwise', async () => {
    const wanted = { from: '2026-11-22', to: '2026-11-23T13', isDryRun: false, sources: [] };
    const args = ['collect', '--from', '2026-11-22', '--to', '2026-11-23T13'];
    expect(await run(...args)).toEqual([['collect', wanted]]);
    expect(await run(...args, '--dry-run', '--source', 'compute', 'egress')).toEqual([
      ['collect', { ...wanted, isDryRun: true, sources: ['compute', 'egress'] }],
    ]);
  });

  it('imports only when told to', async () => {
    const wanted = { from: 'postgres://x', apply: false, report: undefined };
    expect(await run('import', '--from', 'postgres://x')).toEqual([['import', wanted]]);
    expect(await run('import', '--from', 'postgres://x', '--apply', '--report', 'rows')).toEqual([
      ['import', { ...wanted, apply: true, report: 'rows' }],
    ]);
  });

  it('sends a file, or what comes in', async () => {
    const wanted = { file: 'usage.ndjson', url: 'http://x', refusals: undefined };
    expect(await run('send', 'usage.ndjson', '--url', 'http://x')).toEqual([['send', wanted]]);
    const args = ['send', '-', '--url', 'http://x', '--refusals', 'bad.ndjson'];
    expect(await run(...args)).toEqual([['send', { ...wanted, file: '-', refusals: 'bad.ndjson' }]]);
  });

  it('compares a month', async () => {
    const args = ['compare', '--month', '2026-11', '--from', 'postgres://x'];
    const wanted = { month: '2026-11', from: 'postgres://x', csv: undefined };
    expect(await run(...args)).toEqual([['compare', wanted]]);
    expect(await run(...args, '--csv', 'rows.csv')).toEqual([['compare', { ...wanted, csv: 'rows.csv' }]]);
  });

  it('looks whether a collector has what it needs', async () => {
    expect(await run('doctor')).toEqual([['doctor', { json: false }]]);
    expect(await run('doctor', '--json')).toEqual([['doctor', { json: true }]]);
  });

  it('describes every command', () => {
    const nothing = async () => undefined;
    const actions = {
      start: nothing,
      migrate: nothing,
      reconcile: nothing,
      import: nothing,
      compare: nothing,
      send: nothing,
      doctor: nothing,
      collect: nothing,
    };
    const program = createProgram(actions, 'x');
    expect(program.commands.map((command) => command.name())).toEqual(Object.keys(actions));
    expect(program.commands.every((command) => command.description() !== '')).toBe(true);
  });
});
