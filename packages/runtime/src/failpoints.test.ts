import { describe, expect, it } from 'vitest';
import { createFailpoint, FAILPOINTS_FORM, withFailpoints } from './failpoints.ts';

const never = { kill: () => undefined, random: () => 0.999 };

describe('failpoints', () => {
  it('do not exist in production: a step stays the function that it was', () => {
    const step = async (): Promise<void> => undefined;
    expect(createFailpoint(undefined)).toBeUndefined();
    expect(withFailpoints(undefined, 'add', step)).toBe(step);
  });

  it('stand before and after a step, and fail it there', async () => {
    const done: string[] = [];
    const step = async (name: string): Promise<string> => {
      done.push(name);
      return name;
    };
    const around = (text: string) => withFailpoints(createFailpoint(text), 'add', step);
    await expect(around('before-add=fail:1')('a')).rejects.toThrow('failpoint before-add');
    expect(done).toEqual([]);
    await expect(around('after-add=fail:1')('b')).rejects.toThrow('failpoint after-add');
    expect(done).toEqual(['b']);
    expect(await around('before-record=fail:1')('c')).toBe('c');
  });

  it('kill, wait and block', async () => {
    let kills = 0;
    const host = { kill: () => kills++, random: () => 0 };
    await createFailpoint('x=kill:0.01', host)?.('x');
    expect(kills).toBe(1);
    for (const what of ['wait', 'block']) {
      const startedAt = performance.now();
      await createFailpoint(`x=${what}:1:50`)?.('x');
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
    }
  });

  it('happen by chance', async () => {
    await createFailpoint('x=fail:0.5', never)?.('x');
    await expect(createFailpoint('x=fail:0.5', { ...never, random: () => 0.4 })?.('x')).rejects.toThrow();
  });

  it('have a form', () => {
    for (const text of ['a=kill:0.01', 'before-add=block:1:7000;after-add=fail:0'])
      expect(text).toMatch(FAILPOINTS_FORM);
    for (const text of ['', 'a', 'a=b:1', 'a=kill', 'a=kill:2', 'a=kill:1;', 'A=kill:1'])
      expect(text).not.toMatch(FAILPOINTS_FORM);
  });
});
