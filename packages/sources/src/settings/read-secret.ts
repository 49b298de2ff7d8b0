import { readFile } from 'node:fs/promises';
import { SourceError } from '../source-error.ts';

/** A secret by its setting, and by the setting that ends in `_FILE`. */
export type SecretSetting = {
  /** `RONDB_PASSWORD` */
  readonly name: string;
  readonly value: string | undefined;
  readonly file: string | undefined;
};

/**
 * Makes what reads a secret each time that it is used, so that it can be changed without a restart.
 *
 * @throws SourceError ACCESS_DENIED, from what it makes, where there is none.
 */
export function createSecretReader({ name, value, file }: SecretSetting): () => Promise<string> {
  return async () => {
    const secret = (file === undefined ? value : await readSecretFile(`${name}_FILE`, file))?.trim();
    if (secret !== undefined && secret !== '') return secret;
    throw new SourceError(
      'ACCESS_DENIED',
      `${file === undefined ? `${name} is not set` : `${name}_FILE ${file} is empty`}`,
    );
  };
}

async function readSecretFile(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new SourceError('ACCESS_DENIED', `${name} cannot be read: ${detail}`, { cause: error });
  }
}
