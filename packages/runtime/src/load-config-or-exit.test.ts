import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CONFIG_EXIT_CODE, loadConfigOrExit } from './load-config-or-exit.ts';

const schema = z.object({ PORT: z.coerce.number().int(), NAME: z.string() });

class Exit extends Error {}

function hostWith(env: Readonly<Record<string, string>>) {
  const written: string[] = [];
  const exit = vi.fn((): never => {
    throw new Exit();
  });
  return { written, host: { env, stderr: { write: (text: string) => written.push(text) }, exit } };
}

it('reads settings that fit', () => {
  const { host, written } = hostWith({ PORT: '1', NAME: 'a' });
  expect(loadConfigOrExit('worker', schema, host)).toEqual({ PORT: 1, NAME: 'a' });
  expect(written).toEqual([]);
});

it('says all that is wrong and exits with the code of bad settings', () => {
  const { host, written } = hostWith({ PORT: 'x' });
  expect(() => loadConfigOrExit('worker', schema, host)).toThrow(Exit);
  expect(host.exit).toHaveBeenCalledWith(CONFIG_EXIT_CODE);
  expect(written.join('')).toMatch(/^worker: .*\n {2}PORT: .*\n {2}NAME: required, but not set\n$/);
});
