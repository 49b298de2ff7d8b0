import { WEBHOOK_SIGNING_KEY_LENGTH_MIN } from '@hopsmeter/db';
import {
  countField,
  databasePasswordField,
  databaseUrlField,
  drainDelayField,
  healthPortField,
  hostField,
  logLevelField,
  portField,
  shutdownDeadlineField,
} from '@hopsmeter/runtime';
import { z } from 'zod';
import { REQUESTS_PER_MINUTE } from './callers/limit-requests.ts';
import { SERVICE_ROLE_KEY_FORM, SERVICE_ROLE_KEY_LENGTH_MIN } from './callers/service-role-key.ts';
import { ADDRESS_FORM, isAddress } from './contract/address.ts';

/** Tokens are only as good as the keys behind them, so those come by https; on this machine there is nobody between. */
const ISSUER_FORM = /^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost)[:/])[^?#]+$/;

/** As browsers send it: a wildcard or a path would never be equal to what comes, or to everything. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const settings = z.object({
  API_PORT: portField(4_000, 'Port that the API listens on'),
  API_HOST: hostField('the API'),
  HEALTH_PORT: healthPortField,
  DATABASE_URL: databaseUrlField('Postgres that totals are read from; may be a transaction pooler'),
  SUPABASE_DB_PASSWORD: databasePasswordField,
  API_DATABASE_CONNECTIONS_MAX: countField(
    10,
    100,
    'Connections to Postgres at most; a request holds two for some milliseconds',
  ),
  DIRECTORY_SOURCE_URL: databaseUrlField('')
    .optional()
    .describe(
      'Postgres of the application that months are compared with; may be a transaction pooler; without it none can be',
    ),
  SUPABASE_SERVICE_ROLE_KEY: z
    .string()
    .min(SERVICE_ROLE_KEY_LENGTH_MIN, `expected at least ${SERVICE_ROLE_KEY_LENGTH_MIN} characters`)
    .regex(SERVICE_ROLE_KEY_FORM, 'expected characters that a Bearer header can carry')
    .describe('Key with full access; the api does not start without it'),
  AUTH0_ISSUER: z
    .url('expected a URL such as https://TENANT/')
    .regex(ISSUER_FORM, 'expected https://TENANT/')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .optional()
    .describe('Auth0 tenant whose access tokens are accepted, such as `https://TENANT/`; without it none are'),
  AUTH0_AUDIENCE: z
    .string()
    .optional()
    .describe('Identifier of this API at Auth0, which a token must be for; set together with `AUTH0_ISSUER`'),
  AUTH0_CLIENT_ID: z
    .string()
    .optional()
    .describe('Client id of the page at Auth0, a single page application; without it nobody can sign in on the page'),
  API_DASHBOARD_DIRECTORY: z
    .string()
    .optional()
    .describe('Folder of the built page; when not set, `dist` of services/dashboard'),
  API_DEVELOPMENT_SIGN_IN: z
    .stringbool()
    .default(false)
    .describe(
      'Anyone who opens the page can sign in as any user, without a password; `npm start` sets it, for ' +
        'this machine only',
    ),
  NODE_ENV: z.string().optional().describe('With `production` the api does not start with the development sign-in'),
  API_REQUESTS_PER_MINUTE: countField(
    REQUESTS_PER_MINUTE,
    10_000_000,
    'Requests that a caller may send to one process in a minute; beyond it the answer is 429',
  ),
  API_CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'expected origins such as https://billing.example.com, without a path',
    )
    .optional()
    .describe(
      'Whose pages may also call the api from a browser: origins such as `https://billing.example.com`, with ' +
        'commas between',
    ),
  STATEMENT_ISSUER: z
    .string()
    .transform((text) => text.replaceAll(/\s*[|\n]\s*/g, '\n'))
    .refine(isAddress, `expected ${ADDRESS_FORM}`)
    .optional()
    .describe(
      'Your name and address as statements show them, lines separated by vertical bars or line breaks; without it none',
    ),
  WEBHOOK_SIGNING_KEY: z
    .string()
    .min(WEBHOOK_SIGNING_KEY_LENGTH_MIN, `expected at least ${WEBHOOK_SIGNING_KEY_LENGTH_MIN} characters`)
    .optional()
    .describe(
      'Key that the secrets of webhooks are derived from, the same for api and worker; without it none can be created',
    ),
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: z
    .stringbool()
    .default(false)
    .describe('Also take webhooks with private addresses and http; for tests and local use only'),
  LOG_LEVEL: logLevelField,
  DRAIN_DELAY_MS: drainDelayField('the API'),
  SHUTDOWN_DEADLINE_MS: shutdownDeadlineField,
});

/** Addresses that no other machine reaches. */
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Told beside every other problem, and not only once those are solved. */
const ALWAYS = { when: () => true };

/** As what is always required and lacks is told. */
const NOT_SET = 'required, but not set';

/** The settings of the api. One of issuer and audience alone would check half of a token: then it does not start. */
export const apiConfigSchema = settings
  .refine((given) => given.AUTH0_AUDIENCE === undefined || given.AUTH0_ISSUER !== undefined, {
    ...ALWAYS,
    path: ['AUTH0_ISSUER'],
    error: NOT_SET,
  })
  .refine((given) => given.AUTH0_ISSUER === undefined || given.AUTH0_AUDIENCE !== undefined, {
    ...ALWAYS,
    path: ['AUTH0_AUDIENCE'],
    error: NOT_SET,
  })
  .refine((given) => given.AUTH0_CLIENT_ID === undefined || given.AUTH0_ISSUER !== undefined, {
    ...ALWAYS,
    path: ['AUTH0_ISSUER'],
    error: NOT_SET,
  })
  .refine((given) => !given.API_DEVELOPMENT_SIGN_IN || given.NODE_ENV !== 'production', {
    ...ALWAYS,
    path: ['API_DEVELOPMENT_SIGN_IN'],
    error: 'lets anyone sign in as any user and must not be on with NODE_ENV=production',
  })
  .refine((given) => !given.API_DEVELOPMENT_SIGN_IN || given.AUTH0_ISSUER === undefined, {
    ...ALWAYS,
    path: ['API_DEVELOPMENT_SIGN_IN'],
    error: 'must not be on when AUTH0_ISSUER is set',
  })
  .refine((given) => !given.API_DEVELOPMENT_SIGN_IN || LOOPBACK.includes(given.API_HOST), {
    ...ALWAYS,
    path: ['API_DEVELOPMENT_SIGN_IN'],
    error: 'must not be on where other machines reach the api: API_HOST must be 127.0.0.1, ::1 or localhost',
  });
