import { z } from 'zod';
import { ask } from '../asking/ask.ts';

const TIMEOUT_MS = 15_000;

const installSchema = z.object({ version: z.string().min(1) });

/** OpenCost and its version, where it tells one. @throws SourceError */
export async function describeOpenCost(address: string, signal: AbortSignal): Promise<string> {
  const url = new URL(`${address.replace(/\/+$/, '')}/installInfo`);
  const { status, text } = await ask({ url, whom: 'OpenCost', timeoutMs: TIMEOUT_MS, statuses: [404, 500], signal });
  const version = status === 200 ? readVersion(text) : undefined;
  return version === undefined ? 'OpenCost of an unknown version' : `OpenCost ${version}`;
}

function readVersion(text: string): string | undefined {
  try {
    return installSchema.safeParse(JSON.parse(text)).data?.version;
  } catch {
    // Only asked to be shown: whether it answers is found out by asking for usage.
    return undefined;
  }
}
