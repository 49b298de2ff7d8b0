import type { ProcessExit, Restartable } from '@hopsmeter/stack';
import { describe, expect, it } from 'vitest';
import { supervise } from './supervise.ts';

/** A process that ends when the test says so. */
function createProcess(onRestart: () => Promise<void> = async () => undefined) {
  let end: (exit: ProcessExit) => void = () => undefined;
  let exited: Promise<ProcessExit>;
  const begin = (): void => {
    exited = new Promise((resolve) => {
      end = resolve;
    });
  };
  begin();
  const restartable: Restartable = {
    name: 'worker',
    pid: 1,
    get exited() {
      return exited;
    },
    kill: async () => undefined,
    close: async () => undefined,
    restart: async () => {
      await onRestart();
      begin();
    },
  };
  return { restartable, end: (code: number | null, signal: NodeJS.Signals | null = null) => end({ code, signal }) };
}

function optionsWith(warnings: string[], stopping = new AbortController()) {
  return {
    logPath: 'worker.log',
    warn: (text: string) => void warnings.push(text),
    signal: stopping.signal,
    backoffMinMs: 1,
  };
}

describe('supervise', () => {
  it('starts a crashed process again and says so', async () => {
    const warnings: string[] = [];
    const stopping = new AbortController();
    let restarts = 0;
    const child = createProcess(async () => void restarts++);
    const supervising = supervise(child.restartable, optionsWith(warnings, stopping));
    child.end(null, 'SIGKILL');
    await expect.poll(() => warnings).toHaveLength(2);
    expect(warnings).toEqual([
      'worker ended by SIGKILL; starting it again in 0.001 s (1 of 8, see worker.log)',
      'worker is back',
    ]);
    expect(restarts).toBe(1);
    stopping.abort();
    child.end(0);
    await supervising;
  });

  it('takes the end of a process for normal when everything stops', async () => {
    const warnings: string[] = [];
    const stopping = new AbortController();
    const child = createProcess();
    const supervising = supervise(child.restartable, optionsWith(warnings, stopping));
    stopping.abort();
    child.end(0);
    await supervising;
    expect(warnings).toEqual([]);
  });

  it('gives up a process that does not come up again', async () => {
    const warnings: string[] = [];
    let restarts = 0;
    const child = createProcess(() => {
      restarts++;
      return Promise.reject(new Error('not ready'));
    });
    const supervising = supervise(child.restartable, optionsWith(warnings));
    child.end(1);
    await expect(supervising).rejects.toThrow(/does not stay up after 8 restarts: see worker\.log/);
    expect(restarts).toBe(8);
  });

  it('does not restart a process whose settings are wrong', async () => {
    const child = createProcess();
    const supervising = supervise(child.restartable, optionsWith([]));
    child.end(78);
    await expect(supervising).rejects.toThrow(/its settings are wrong, see worker\.log/);
  });
});
