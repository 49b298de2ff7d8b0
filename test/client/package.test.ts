import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startTestServer } from '../support/client/test-server.ts';

const PACKAGE = fileURLToPath(new URL('../../packages/client', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLUSTER = '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10';

const run = promisify(execFile);
const packedSchema = z.array(
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })), size: z.number() }),
);

/** Somebody's program, outside of this repository. */
let folder: string;
let packed: z.infer<typeof packedSchema>[number];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopsmeter-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: PACKAGE });
  const [first] = packedSchema.parse(JSON.parse(stdout));
  if (first === undefined) throw new Error('npm packed nothing');
  packed = first;
  await writeFile(join(folder, 'package.json'), '{"name": "a-program", "private": true, "type": "module"}');
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...flags, `./${packed.filename}`], { cwd: folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('ships its code, its types and its README, and nothing else', async () => {
  const others = packed.files
    .map(({ path }) => path)
    .filter((path) => !/^dist\/[\w/-]+\.(?:js|d\.ts)$/.test(path) && !['README.md', 'package.json'].includes(path));
  expect(others).toEqual([]);
  expect(packed.files.map(({ path }) => path)).toContain('dist/index.d.ts');
  const text = await readFile(join(folder, 'node_modules/@hopsmeter/client/package.json'), 'utf8');
  expect(JSON.parse(text)).not.toHaveProperty('dependencies');
  expect(JSON.parse(text)).not.toHaveProperty('private');
  expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['@hopsmeter']);
});

it('runs the example of its README from plain Node', async () => {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  const readme = await readFile(join(folder, 'node_modules/@hopsmeter/client/README.md'), 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  await writeFile(join(folder, 'example.js'), example);
  const env = {
    PATH: process.env.PATH,
    HOPSMETER_URL: server.url,
    HOPSMETER_KEY: 'secret',
    HOPSMETER_CLUSTER: CLUSTER,
    HOPSMETER_SPOOL: join(folder, 'spool'),
  };
  const { stdout, stderr } = await run(process.execPath, ['example.js'], { cwd: folder, env });
  const expected = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text = '']) => text);
  expect(stdout.trimEnd().split('\n')).toEqual(expected);
  expect(stderr).toBe('');
  expect(server.accepted).toEqual(['compute/recommender/2026-11-22T13:00:00Z/2026-11-22T14:00:00Z']);
});

it('has types that a program is checked with, down to the fields of an event', async () => {
  const program = `
    import { type Client, ClientError, createClient, type Receipt } from '@hopsmeter/client';
    const required = { url: 'http://x', key: () => 'k', clusterId: 'c' };
    const client: Client = await createClient({ ...required, spoolDirectory: '/s' });
    const window = { start: new Date(), end: '2026-11-22T14:00:00Z' };
    const receipt: Receipt = await client.send(client.events.network({ namespace: 'a', window, egressBytes: 1n }));
    export const refused: readonly { readonly id: string }[] = receipt.refused;
    export const isFull = (error: unknown) => error instanceof ClientError && error.code === 'SPOOL_FULL';
    // @ts-expect-error a misspelt field
    client.events.network({ namespace: 'a', window, egresBytes: 1 });
    // @ts-expect-error an event of no type
    await client.send({ specversion: '1.0', id: 'a', source: 'b', type: 'c', data: {} });
    await client.close();
  `;
  await writeFile(join(folder, 'program.ts'), program);
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: [] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: folder }).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout);
    },
  );
});
