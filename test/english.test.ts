import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './harness/pipeline.ts';

/** What people write here and read: code with its comments, SQL, pages, documents. */
const WRITTEN = /\.(?:md|tsx?|mjs|sql|css|html|ya?ml)$/;

/** Also where a line ends in between. Beside "only" they are two words. */
const TWO_WORDS = /\bcan(?:\s|\*|\/\/|#|--)+not\b(?!\s+only)/gi;

/** Not ours, or made by a build or a run. */
const NOT_WRITTEN = new Set(['node_modules', 'dist', '.git', '.turbo', '.hopsmeter', 'reports']);

const files = filesIn('.').filter((path) => WRITTEN.test(path) && path !== 'test/english.test.ts');

it('"cannot" is one word', () => {
  expect(files.length).toBeGreaterThan(1_000);
  const wrong = files.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return [...text.matchAll(TWO_WORDS)].map(({ index }) => `${path}:${text.slice(0, index).split('\n').length}`);
  });
  expect(wrong).toEqual([]);
});

/** drizzle-kit writes it. */
const GENERATED = 'drizzle/0002_tables.sql';

it('no line is longer than 120 columns, comments, texts and SQL included', () => {
  const long = files
    .filter((path) => path !== GENERATED)
    .flatMap((path) => {
      const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
      const isFixed = path.endsWith('.md') ? fixedLines(lines) : () => false;
      return lines.flatMap((line, index) => (isTooLong(line) && !isFixed(index) ? [`${path}:${index + 1}`] : []));
    });
  expect(long).toEqual([]);
});

/** Tables and blocks of code keep their lines in Markdown. @returns whether a line does */
function fixedLines(lines: readonly string[]): (index: number) => boolean {
  let isCode = false;
  const fixed = lines.map((line) => {
    const isFence = /^\s*```/.test(line);
    if (isFence) isCode = !isCode;
    return isFence || isCode || line.startsWith('|');
  });
  return (index) => fixed[index] === true;
}

/** An address, a regular expression or a variable with its default has no place to break it at. */
function isTooLong(line: string): boolean {
  const words = line.replace(/\$\{[^}]*\}/g, (variable) => variable.replaceAll(' ', '_')).split(' ');
  return line.length > 120 && Math.max(...words.map((word) => word.length)) < 80;
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return NOT_WRITTEN.has(entry.name) ? [] : filesIn(path);
  });
}
