import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PAGE = fileURLToPath(new URL('../services/dashboard/dist', import.meta.url));

const BYTES_MAX = 250_000;

/** As browsers get each file: compressed where it was worth it. */
it('weighs less than 250 kB, every view and every way to sign in together', () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(PAGE, name)).isFile(),
  );
  const sent = files.filter((name) => name.endsWith('.br') || !(name.endsWith('.gz') || files.includes(`${name}.br`)));
  const bytes = sent.map((name) => statSync(join(PAGE, name)).size).reduce((sum, size) => sum + size, 0);
  expect(sent.length).toBeGreaterThan(20);
  expect(bytes).toBeLessThan(BYTES_MAX);
});
