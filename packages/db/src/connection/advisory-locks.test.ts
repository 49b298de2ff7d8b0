import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ADVISORY_LOCKS } from './advisory-locks.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** What stands between the brackets of a lock function, and where. */
function callsIn(
  folder: string,
  isWanted: (name: string) => boolean,
): { readonly file: string; readonly key: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => isWanted(name) && !name.includes('node_modules'))
    .map((name) => join(ROOT, folder, name))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bpg_(?:try_)?advisory_\w*lock\w*\(([^)]*)\)/g)].map(([, key = '']) => ({
        file: relative(ROOT, file),
        key,
      })),
    );
}

describe('the advisory locks', () => {
  it('are those that migrations take, each under one name', () => {
    const names: readonly string[] = Object.values(ADVISORY_LOCKS);
    expect(new Set(names).size).toBe(names.length);
    const calls = callsIn('drizzle', (name) => name.endsWith('.sql'));
    expect(new Set(calls.map(({ key }) => key))).toEqual(new Set([ADVISORY_LOCKS.directory, ADVISORY_LOCKS.summaries]));
  });

  it('are taken by name everywhere else', () => {
    const sources = ['packages', 'services'].flatMap((folder) =>
      callsIn(folder, (name) => /\bsrc\/.*\.ts$/.test(name) && !name.endsWith('.test.ts')),
    );
    expect(sources.map(({ key }) => key)).toContain(`\${ADVISORY_LOCKS.directory}`);
    expect(sources.filter(({ key }) => /(?<!\$)\b\d/.test(key))).toEqual([]);
  });
});
