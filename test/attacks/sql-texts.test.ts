import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../harness/pipeline.ts';

const FILES = ['packages', 'services']
  .flatMap((group) => readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name, 'src')))
  .flatMap(sourcesIn)
  .map((path) => ({ name: path.slice(ROOT.length + 1), code: codeOf(path) }));

describe('no text that somebody sent can become SQL:', () => {
  it('drizzle is never handed SQL or names as text', () => {
    const files = found(/\bsql\s*\.\s*(?:raw|identifier|unsafe|placeholder)\b|\bescapeIdentifier\b|\bescapeLiteral\b/);
    // The schema is what migrations are made of: it has constants only, and nothing asks it at run time.
    expect(files.filter((name) => !name.startsWith('packages/db/src/schema/'))).toEqual([]);
  });

  it('a statement is a constant, and what is put into it are constants', () => {
    // A template right in the call could hold whatever is at hand; one beside it, at the top of its file, only what is
    // known when the file is loaded.
    expect(found(/\bquery(?:<[^()]*?>)?\(\s*(?:\{\s*text:\s*)?(?:`[^`]*\$\{|'[^']*'\s*\+|[\w.]+\s*\+)/)).toEqual([]);
    expect(found(/\b(?:text|statement|sql)\s*(?:\+=|=\s*\w+\s*\+)/)).toEqual([]);
  });

  it('nothing is run from a text', () => {
    expect(found(/(?<!\bredis\.)\beval\s*\(|\bnew\s+Function\b|\bnode:vm\b|\bexecSync\b|\bshell:\s*true\b/)).toEqual(
      [],
    );
    // A script for Redis is a constant, named in capitals.
    expect(found(/\bredis\.eval\((?![A-Z_]+,)/)).toEqual([]);
  });
});

function found(pattern: RegExp): string[] {
  return FILES.filter(({ name }) => !ALLOWED.has(name) && pattern.test(code(name))).map(({ name }) => name);
}

function code(name: string): string {
  return FILES.find((file) => file.name === name)?.code ?? '';
}

/** It makes the account and the database of a local server, with names of its own. */
const ALLOWED: ReadonlySet<string> = new Set(['packages/stack/src/postgres/connect.ts']);

/** What runs in production: no tests and nothing that only tests use. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'testing' ? [] : sourcesIn(path);
    return /\.tsx?$/.test(path) && !path.includes('.test.') ? [path] : [];
  });
}

/** The file without comments: what they say is no code. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
