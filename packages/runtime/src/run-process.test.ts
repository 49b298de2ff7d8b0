import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { Lifecycle } from './lifecycle.ts';
import { runProcess } from './run-process.ts';

const logger = createLogger({ name: 'test', level: 'silent' });

function createHost() {
  const emitter = new EventEmitter();
  const exited = once(emitter, 'exited').then(([code]) => code);
  return {
    emitter,
    exited,
    host: {
      on: (event: string, listener: (...args: unknown[]) => void) => emitter.on(event, listener),
      exit: (code: number) => emitter.emit('exited', code),
    },
  };
}

function run(start: (lifecycle: Lifecycle) => Promise<void>, shutdownDeadlineMs = 1_000) {
  const { emitter, exited, host } = createHost();
  const running = runProcess({ name: 'test', logger, host, start, shutdownDeadlineMs });
  return { emitter, exited, running };
}

it('closes in the reverse order of opening, every step though one fails', async () => {
  const order: string[] = [];
  const { emitter, exited, running } = run(async (lifecycle) => {
    lifecycle.onClose('first', () => order.push('first'));
    lifecycle.onClose('second', () => Promise.reject(new Error('stuck')));
    lifecycle.onClose('third', () => order.push('third'));
  });
  await running;
  emitter.emit('SIGTERM');
  expect(await exited).toBe(1);
  expect(order).toEqual(['third', 'first']);
});

it('exits with 0 after a clean stop', async () => {
  const { emitter, exited, running } = run(async (lifecycle) => lifecycle.onClose('only', () => undefined));
  await running;
  emitter.emit('SIGINT');
  expect(await exited).toBe(0);
});

it('does not wait beyond the deadline', async () => {
  const { emitter, exited, running } = run(
    async (lifecycle) => lifecycle.onClose('endless', () => new Promise(() => undefined)),
    20,
  );
  await running;
  emitter.emit('SIGTERM');
  expect(await exited).toBe(1);
});

it('exits at once at the second signal', async () => {
  const { emitter, exited, running } = run(
    async (lifecycle) => lifecycle.onClose('endless', () => new Promise(() => undefined)),
    60_000,
  );
  await running;
  emitter.emit('SIGTERM');
  emitter.emit('SIGTERM');
  expect(await exited).toBe(1);
});

it('undoes what a failed start had opened and exits with 1', async () => {
  const order: string[] = [];
  const { exited } = run(async (lifecycle) => {
    lifecycle.onClose('opened', () => order.push('closed'));
    throw new Error('no database');
  });
  expect(await exited).toBe(1);
  expect(order).toEqual(['closed']);
});

it('tells a start that still waits to give up when a signal comes', async () => {
  const order: string[] = [];
  const { emitter, exited } = run(async (lifecycle) => {
    lifecycle.onClose('opened', () => order.push('closed'));
    await once(lifecycle.signal, 'abort');
    order.push('gave up');
    throw lifecycle.signal.reason;
  });
  emitter.emit('SIGTERM');
  expect(await exited).toBe(0);
  expect(order).toEqual(['gave up', 'closed']);
});

it.each(['uncaughtException', 'unhandledRejection'])('stops with 1 at an %s', async (event) => {
  const order: string[] = [];
  const { emitter, exited, running } = run(async (lifecycle) => lifecycle.onClose('only', () => order.push('closed')));
  await running;
  emitter.emit(event, new Error('bug'));
  expect(await exited).toBe(1);
  expect(order).toEqual(['closed']);
});
