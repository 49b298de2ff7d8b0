import { type Environment, read } from '../connections.ts';

/** Addresses that no other machine reaches. */
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Has the api let whoever opens its page be anybody: this machine's stack has no passwords. Not where people sign in at
 * an issuer, where others reach the api, or in production; there it would not start.
 */
export function developmentSignIn(env: Environment): Readonly<Record<string, string>> {
  const isOnlyHere = LOOPBACK.includes(read(env, 'API_HOST') ?? '127.0.0.1');
  const isProduction = read(env, 'NODE_ENV') === 'production';
  const isOn = isOnlyHere && !isProduction && read(env, 'AUTH0_ISSUER') === undefined;
  // Also said when it is off: what the environment says of it is for the api alone.
  return { API_DEVELOPMENT_SIGN_IN: String(isOn) };
}
