import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createScreen } from './screen.ts';

function createOutput(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text), text: () => written.join('') };
}

describe('a screen without a terminal', () => {
  it('writes one plain line for a step when it is done, with its time', async () => {
    const output = createOutput(false);
    const screen = createScreen(output);
    expect(await screen.step('migrating', async () => ({ value: 7, text: 'migrated' }))).toBe(7);
    expect(output.text()).toBe('✓ migrated (0.0 s)\n');
  });

  it('names the step that failed and passes the error on', async () => {
    const output = createOutput(false);
    const failing = createScreen(output).step('migrating', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(output.text()).toBe('✗ migrating (0.0 s)\n');
  });

  it('does not fill a log with progress', async () => {
    const output = createOutput(false);
    await createScreen(output).step('sending', async (show) => {
      for (let count = 0; count < 1_000; count++) show(`${count} events`);
      return { value: undefined, text: 'sent' };
    });
    expect(output.written).toHaveLength(1);
  });
});

describe('a screen on a terminal', () => {
  it('writes lines above the running step', async () => {
    const output = createOutput(true);
    const screen = createScreen(output);
    await screen.step('starting', async () => {
      screen.warn('the worker was restarted');
      return { value: undefined, text: 'started' };
    });
    // What a terminal shows: each carriage return comes with clearing the line.
    const lines = stripVTControlCharacters(output.text())
      .split('\n')
      .map((line) => line.split('\r').at(-1));
    expect(lines).toEqual(['! the worker was restarted', expect.stringMatching(/^✓ started \(0\.\d s\)$/), '']);
  });
});
