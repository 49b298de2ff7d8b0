import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createApiApp } from '@hopsmeter/api';
import { createLogger, createRegistry, type HttpShell } from '@hopsmeter/runtime';
import { findChromium } from '@hopsmeter/stack';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OidcIssuer, ORDINARY, startOidcIssuer } from './support/api/oidc-issuer.ts';
import { startTestApi, TEST_KEY, type TestApi } from './support/api/test-api.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DASHBOARD = join(ROOT, 'services/dashboard');
const API_MAIN = join(ROOT, 'services/api/dist/main.js');

const run = promisify(execFile);

let directory: string;
let issuer: OidcIssuer;
let api: TestApi;
let shell: HttpShell;
let browser: Browser;
let page: Page;
let address: string;
const apiLog: string[] = [];

/** Builds the page into a folder of its own. */
async function buildPage(name: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const outDir = join(directory, name);
  const args = ['node_modules/vite/bin/vite.js', 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
  await run(process.execPath, args, { cwd: DASHBOARD, env: { ...process.env, HOPSMETER_PRODUCTION: '', ...env } });
  return outDir;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-page-'));
  const [built, startedIssuer, startedApi] = await Promise.all([
    buildPage('page'),
    startOidcIssuer(['billing:read']),
    startTestApi(),
  ]);
  issuer = startedIssuer;
  api = startedApi;
  shell = await createApiApp({
    pool: api.pool,
    logger: createLogger({ name: 'api', level: 'debug', destination: { write: (line) => apiLog.push(line) } }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: TEST_KEY,
    people: { issuer: issuer.issuer, audience: issuer.audience },
    dashboard: { directory: built, clientId: issuer.clientId },
    now: () => Date.now() * 1_000,
  });
  address = await shell.app.listen({ port: 0, host: '127.0.0.1' });
  browser = await chromium.launch({
    executablePath: await findChromium(() => undefined),
    args: ['--no-sandbox'],
  });
});

afterAll(async () => {
  await browser?.close();
  await shell?.app.close();
  await api?.close();
  await issuer?.close();
  await rm(directory, { recursive: true });
});

/** Every address that the browser asked for. */
let asked: string[];

beforeEach(async () => {
  issuer.behaviour = ORDINARY;
  for (const list of [issuer.log, issuer.addresses, issuer.tokens]) list.length = 0;
  asked = [];
  page = await browser.newPage();
  page.on('request', (request) => asked.push(request.url()));
});

afterEach(async () => {
  await page.context().close();
});

const signIn = async (path: string): Promise<void> => {
  await page.goto(`${address}${path}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
};

const pathOf = () => page.url().slice(address.length);

describe('signing in at the issuer', () => {
  it('proves with a code and its verifier who one is, and comes back to where one was', async () => {
    await signIn('/parked?reason=conflict');
    expect(pathOf()).toBe('/parked?reason=conflict');
    expect(issuer.log).toEqual(['authorize', 'code']);
    expect(await page.locator('.frame-person').textContent()).toContain('Grace Hopper');
  });

  it('keeps tokens in memory, and out of every address and log', async () => {
    await signIn('/');
    await page.waitForLoadState('networkidle');
    const stored = await page.evaluate(
      'JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])',
    );
    const seen = [String(stored), ...asked, ...issuer.addresses, ...apiLog].join('\n');
    expect(issuer.tokens.length).toBeGreaterThan(2);
    for (const token of issuer.tokens) expect(seen).not.toContain(token);
    expect(seen).not.toMatch(/eyJ|access_token|id_token/);
  });

  it('survives loading the page again, without asking', async () => {
    await signIn('/parked');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(pathOf()).toBe('/parked');
    expect(issuer.log).toEqual(['authorize', 'code', 'authorize', 'code']);
  });

  it('leaves no way back to an address with a code', async () => {
    await signIn('/parked');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.goBack();
    expect(pathOf()).toBe('/parked');
    expect(issuer.log).toEqual(['authorize', 'code']);
  });

  it('does not take an answer that nobody asked for', async () => {
    await page.goto(`${address}/sign-in?code=stolen&state=made-up`);
    await page.getByText('Signing in did not work').waitFor();
    expect(pathOf()).toBe('/sign-in');
    issuer.behaviour = { ...ORDINARY, state: 'another' };
    // The page says the same already: what it says after the way to the issuer and back is what counts.
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Sign in' }).click()]);
    await page.getByText('Signing in did not work').waitFor();
    expect(issuer.log).toEqual(['authorize']);
  });

  it('says why the issuer refused, as text', async () => {
    issuer.behaviour = { ...ORDINARY, refusal: 'Your <b>account</b> is blocked' };
    await page.goto(`${address}/`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Your <b>account</b> is blocked').waitFor();
  });

  it('renews the token before it expires', async () => {
    // Renewed a minute before the end.
    issuer.behaviour = { ...ORDINARY, tokenSeconds: 62 };
    await signIn('/');
    issuer.behaviour = ORDINARY;
    await expect.poll(() => issuer.log, { timeout: 15_000 }).toEqual(['authorize', 'code', 'refresh']);
    await page.getByRole('link', { name: 'Parked events' }).first().click();
    await page.getByRole('heading', { name: 'Parked events' }).waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true);
  });

  it('says that the session has ended, and goes on where one was', async () => {
    issuer.behaviour = { tokenSeconds: 3, hasRefreshToken: false };
    await signIn('/parked?status=counted');
    await page.getByText('Your session has ended').waitFor({ timeout: 15_000 });
    expect(pathOf()).toBe('/parked?status=counted');
    issuer.behaviour = ORDINARY;
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Parked events' }).first().waitFor();
    expect(pathOf()).toBe('/parked?status=counted');
  });

  it('ends here and at the issuer when one signs out', async () => {
    await signIn('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${address}/sign-in`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(issuer.log).toEqual(['authorize', 'code', 'revoke', 'logout']);
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(issuer.log).toHaveLength(4);
  });
});

describe('production', () => {
  const textOf = async (folder: string): Promise<string> => {
    const names = await readdir(join(folder, 'assets'));
    return (await Promise.all(names.map((name) => readFile(join(folder, 'assets', name), 'utf8')))).join('\n');
  };

  it('has a page without the development sign-in', async () => {
    const production = await buildPage('production', { HOPSMETER_PRODUCTION: '1' });
    const [here, there] = await Promise.all([textOf(join(directory, 'page')), textOf(production)]);
    for (const trace of ['/dashboard/development-sign-in', 'sign in as anyone you like']) {
      expect(here).toContain(trace);
      expect(there).not.toContain(trace);
    }
  });

  const startApi = (main: string, env: Readonly<Record<string, string>>) =>
    run(process.execPath, [main], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
        SUPABASE_SERVICE_ROLE_KEY: TEST_KEY,
        API_PORT: '0',
        API_DEVELOPMENT_SIGN_IN: 'true',
        ...env,
      },
    }).then(
      () => ({ code: 0, told: '' }),
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => ({
        code: error.code,
        told: error.stdout + error.stderr,
      }),
    );

  it('has an api that refuses to start with it', async () => {
    const { code, told } = await startApi(API_MAIN, { NODE_ENV: 'production' });
    expect(code).toBe(78);
    expect(told).toContain('API_DEVELOPMENT_SIGN_IN: lets anyone sign in as any user and must not be on');
  });

  it('has an image whose api could not start with it under any setting', async () => {
    const lines = (await readFile(join(ROOT, 'Dockerfile'), 'utf8')).split('\n');
    const build = lines.find((line) => line.includes('turbo run build')) ?? '';
    expect(build).toMatch(/^RUN HOPSMETER_PRODUCTION=1 .*&& rm -rf services\/api\/dist\/development-sign-in$/);
    expect(existsSync(join(ROOT, 'services/api/dist/development-sign-in'))).toBe(true);
    const image = join(directory, 'image/services/api');
    await cp(join(ROOT, 'services/api/dist'), join(image, 'dist'), { recursive: true });
    await cp(join(ROOT, 'services/api/package.json'), join(image, 'package.json'));
    await rm(join(image, 'dist/development-sign-in'), { recursive: true });
    for (const folder of ['node_modules', 'packages'])
      await symlink(join(ROOT, folder), join(directory, 'image', folder));
    const { code, told } = await startApi(join(image, 'dist/main.js'), {});
    expect(code).not.toBe(0);
    expect(told).toContain('development-sign-in');
  });
});
