import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateClusterKey, isClusterKey } from '@hopsmeter/usage';
import { z } from 'zod';

/** Only the person who runs the demo may read what lies in its files. */
const OWNER_ONLY = { mode: 0o600 } as const;

/** How the events of a complete load were answered. */
const loadedSchema = z.object({
  /** The data set that was loaded, RFC 3339. */
  asOf: z.string(),
  sent: z.int().min(0),
  accepted: z.int().min(0),
  refused: z.int().min(0),
});

export type LoadedDemo = z.infer<typeof loadedSchema>;

/** What the demo keeps beside the database. All of it may be lost: then keys are made anew and events sent again. */
export type DemoFiles = {
  /** Where the key of a cluster lies, for commands that a person copies. */
  keyPath(clusterName: string): string;
  /** Reads the key of a cluster; makes one the first time. */
  readKey(clusterName: string): Promise<string>;
  /** `undefined` until a load was complete. */
  readLoaded(): Promise<LoadedDemo | undefined>;
  writeLoaded(loaded: LoadedDemo): Promise<void>;
  forgetLoaded(): Promise<void>;
};

export function createDemoFiles(directory: string): DemoFiles {
  const keyPath = (clusterName: string): string => join(directory, 'keys', clusterName);
  const loadedPath = join(directory, 'demo.json');
  return {
    keyPath,
    async readKey(clusterName) {
      const kept = await readFile(keyPath(clusterName), 'utf8').catch(() => '');
      if (isClusterKey(kept.trim())) return kept.trim();
      const { key } = generateClusterKey();
      await writeWhole(keyPath(clusterName), key);
      return key;
    },
    async readLoaded() {
      const text = await readFile(loadedPath, 'utf8').catch(() => undefined);
      const parsed = text === undefined ? undefined : loadedSchema.safeParse(parseJson(text));
      return parsed?.success ? parsed.data : undefined;
    },
    writeLoaded: (loaded) => writeWhole(loadedPath, JSON.stringify(loaded)),
    forgetLoaded: () => rm(loadedPath, { force: true }),
  };
}

/** Written beside and renamed: a file is there as a whole or not at all. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, text, OWNER_ONLY);
  await rename(`${path}.new`, path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
