import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './harness/pipeline.ts';

/** Where a line of a log begins that somebody is called for. */
const ALARM = /\b(?:logger|log)\.(?:warn|error|fatal)\(/g;

it('every line of a log at warn or above says what a person should do', () => {
  const lines = ['packages', 'services'].flatMap((group) => sourcesIn(join(ROOT, group))).flatMap(alarmsOf);
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.filter(({ call }) => !/\bhint\b/.test(call)).map(({ place }) => place)).toEqual([]);
});

function sourcesIn(group: string): string[] {
  return readdirSync(group).flatMap((name) =>
    readdirSync(join(group, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('.test.') && !path.includes('testing/'))
      .map((path) => join(group, name, 'src', path)),
  );
}

function alarmsOf(path: string): { readonly place: string; readonly call: string }[] {
  const code = readFileSync(path, 'utf8');
  return [...code.matchAll(ALARM)].map(({ index, 0: start }) => ({
    place: `${path.slice(ROOT.length + 1)}:${code.slice(0, index).split('\n').length}`,
    call: code.slice(index, endOfCall(code, index + start.length)),
  }));
}

/** After the parenthesis that closes what is open at `from`. */
function endOfCall(code: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0 && at < code.length; at += 1) depth += code[at] === '(' ? 1 : code[at] === ')' ? -1 : 0;
  return at;
}
