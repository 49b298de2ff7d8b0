import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** 192 bits: not to be guessed, and as hex it needs no escaping in a URL, a config file or a protocol line. */
const SECRET_BYTES = 24;

/** Reads a password; the first time, makes one that only its owner can read. */
export async function readOrCreateSecret(path: string, owner?: { uid: number; gid: number }): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  try {
    await writeFile(path, secret, { mode: 0o600, flag: 'wx' });
  } catch {
    return (await readFile(path, 'utf8')).trim();
  }
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  return secret;
}
