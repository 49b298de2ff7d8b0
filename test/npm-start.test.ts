import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test("hands npm's signals to the command itself: no shell stays in between", () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  for (const script of ['start', 'test', 'bench', 'chaos', 'mutation']) expect(scripts[script]).toMatch(/^exec node /);
});

test('stops in order when npm is killed', async () => {
  const child = `
    import { endWithParent } from ${JSON.stringify(`${ROOT}scripts/end-with-parent.mjs`)};
    endWithParent();
    process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(0); });
    setInterval(() => {}, 1000);
    console.log('up');
  `;
  const npm = `
    require('node:child_process').spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], {
      stdio: 'inherit',
    });
  `;
  const parent = spawn(process.execPath, ['-e', npm, child], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('up');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  expect((await lines.next()).value).toBe('SIGTERM');
});
