import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** 256 bits; as base64url it needs no escaping in a header or a shell. */
const SECRET_BYTES = 32;

/** Reads a secret; the first time, makes one that only its owner can read. */
export async function keepSecret(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await writeFile(path, secret, { mode: 0o600 });
  return secret;
}
