import { join } from 'node:path';
import { type Environment, read } from '../connections.ts';
import { keepSecret } from './keep-secret.ts';

/**
 * Switches webhooks on for this machine's stack, so that they can be tried: a key of its own unless the environment has
 * one, and addresses of this machine, which production refuses.
 *
 * @param directory `.hopsmeter`
 */
export async function localWebhooks(env: Environment, directory: string): Promise<Readonly<Record<string, string>>> {
  if (read(env, 'WEBHOOK_SIGNING_KEY') !== undefined) return {};
  return {
    WEBHOOK_SIGNING_KEY: await keepSecret(join(directory, 'webhook-signing-key')),
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
  };
}
