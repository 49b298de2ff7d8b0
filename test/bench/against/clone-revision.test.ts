import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cloneRevision, RevisionError } from './clone-revision.ts';

const repository = realpathSync(mkdtempSync(join(tmpdir(), 'hopsmeter-test-')));
afterAll(() => rmSync(repository, { recursive: true, force: true }));

const COMPILER = `#!/bin/sh
[ "$*" = "--build services/ingest services/worker" ] || exit 2
if [ -e broken ]; then echo "error TS1005: ';' expected."; exit 1; fi`;

function git(...args: string[]): void {
  const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...person, ...args], { cwd: repository, stdio: 'pipe' });
}

function write(path: string, text: string): void {
  mkdirSync(join(repository, path, '..'), { recursive: true });
  writeFileSync(join(repository, path), text, { mode: 0o755 });
}

// A clone in small: a package of its own, a service, installed dependencies that git does not have.
write('package-lock.json', '{}');
write('.gitignore', 'node_modules');
write('packages/db/package.json', '{}');
write('services/ingest/node_modules/only-here/index.js', '');
write('services/ingest/package.json', '{}');
write('node_modules/.bin/tsc', COMPILER);
write('node_modules/pg/index.js', '');
mkdirSync(join(repository, 'node_modules/@hopsmeter'));
symlinkSync('../../packages/db', join(repository, 'node_modules/@hopsmeter/db'));
git('init', '--quiet');
git('add', '.');
git('commit', '--quiet', '--message', 'first');
git('tag', 'first');
write('broken', '');
git('add', '.');
git('commit', '--quiet', '--message', 'second');

test('builds a revision in a folder of its own, with the dependencies of this clone but its own packages', async () => {
  const steps: string[] = [];
  const clone = await cloneRevision(repository, 'first', (step) => steps.push(step));
  try {
    expect(steps).toEqual([
      `unpacking first (${clone.commit.slice(0, 7)})`,
      'its dependencies are those of this clone',
      'building its ingest and worker',
    ]);
    const inClone = (path: string) => realpathSync(join(clone.root, path));
    expect(inClone('node_modules/@hopsmeter/db')).toBe(join(realpathSync(clone.root), 'packages/db'));
    expect(inClone('node_modules/pg')).toBe(join(repository, 'node_modules/pg'));
    expect(inClone('services/ingest/node_modules/only-here')).toBe(
      join(repository, 'services/ingest/node_modules/only-here'),
    );
  } finally {
    await clone.close();
  }
  expect(() => realpathSync(clone.root)).toThrow('ENOENT');
});

test.each([
  ['v9', 'git knows no revision "v9" here'],
  ['--all', 'git knows no revision "--all" here'],
  ['HEAD', "HEAD does not build: error TS1005: ';' expected."],
])('says why %s cannot be measured', async (revision, message) => {
  const error = await cloneRevision(repository, revision, () => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RevisionError);
  expect(String(error)).toContain(message);
});
