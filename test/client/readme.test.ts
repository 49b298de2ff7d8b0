import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENT_ERRORS } from '../../packages/client/src/index.ts';

const folder = new URL('../../packages/client/', import.meta.url);
const README = readFileSync(new URL('README.md', folder), 'utf8');
const sourceOf = (file: string): string => readFileSync(new URL(`src/${file}`, folder), 'utf8');

describe("the client's README", () => {
  it('lists exactly the options, with their defaults', () => {
    const [, rows = ''] = README.split('| option | default | what it is |\n|---|---|---|\n');
    const listed = [...(rows.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \| (.+?) \|/gm)];
    const [, type = ''] = /export type ClientOptions = \{([\s\S]*?)\n\};/.exec(sourceOf('client-options.ts')) ?? [];
    const options = [...type.matchAll(/\/\*\* (.*) \*\/\n {2}readonly (\w+)(\??):/g)];
    const described = options
      .filter(([, , name = '']) => !name.startsWith('on'))
      .map(([, text = '', name = '', isOptional]) => {
        const [, value] = /Default: (.*?)\.$/.exec(text) ?? [];
        return [name, isOptional === '' ? 'required' : (value ?? 'none')];
      });
    const plain = listed.map(([, name, value = '']) => [name, value.replaceAll('`', '')]);
    expect(plain).toEqual(described.map(([name, value]) => [name, value === 'nothing' ? 'none' : value]));
  });

  it('names every code that a call rejects with, and every problem that is told', () => {
    const [, problems = ''] = /readonly code:([\s\S]*?);/.exec(sourceOf('client-problem.ts')) ?? [];
    const codes = [...problems.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(6);
    for (const code of [...Object.keys(CLIENT_ERRORS), ...codes]) expect(README).toContain(`\`${code}\``);
  });
});
