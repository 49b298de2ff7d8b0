import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { answer, refuseSome, startTestServer, type TestServer } from '../support/client/test-server.ts';
import { CLUSTER } from '../support/collector/follow-source.ts';
import type { AnsweringServer, Health } from './answering-server.ts';
import { createMonthTruth, type MonthTruth } from './month-truth.ts';
import { startOpenCost } from './opencost-server.ts';

const COMMAND = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

const truth: MonthTruth = {
  ...createMonthTruth('collect'),
  cpu: () => 250_000,
  ram: () => 64,
  firstAnswer: (namespace) => (namespace === 'odd' ? 'null' : 'right'),
};

let ingest: TestServer;
let openCost: AnsweringServer;
let health: Health;

beforeEach(async () => {
  health = 'well';
  ingest = await startTestServer();
  openCost = await startOpenCost({
    truth,
    namespaces: ['churn', 'odd'],
    hasLost: () => false,
    now: () => Date.parse('2026-11-22T16:00:00Z'),
    health: () => health,
  });
  onTestFinished(async () => {
    await Promise.all([ingest.close(), openCost.close()]);
  });
});

type Result = { readonly code: number; readonly out: string; readonly error: string };

function collect(args: readonly string[], changes: Readonly<Record<string, string>> = {}): Promise<Result> {
  const env = {
    PATH: process.env.PATH,
    INGEST_URL: ingest.url,
    CLUSTER_ID: CLUSTER,
    CLUSTER_KEY: 'secret',
    OPENCOST_URL: openCost.url,
    OPENCOST_CLUSTER: 'east',
    ...changes,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, 'collect', ...args], { env }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out, error: errors }),
    );
  });
}

const TWO_HOURS = ['--from', '2026-11-22T13', '--to', '2026-11-22T15'];

it('shows every row and sends nothing in a dry run', async () => {
  const { code, out } = await collect([...TWO_HOURS, '--dry-run']);
  expect(code).toBe(2);
  expect(out).toContain('compute: 2 hours, 4 events would be sent');
  expect(out).toMatch(
    /compute {2}2026-11-22T14:00:00Z {2}churn {2}cpuCoreHours 2\.5, gpuHours 0, ramByteHours 1073741824/,
  );
  expect(out).toMatch(/Quarantined, and not billed: 2/);
  expect(out).toMatch(/east\/odd\/b {2}missing_number: cpuCoreHours is null/);
  expect(ingest.requests).toEqual([]);
});

it('sends the hours with their manifests, the same ones each time, and says what ingest refused', async () => {
  ingest.behave((request, response) =>
    refuseSome(ingest, request, response, (id) =>
      id.startsWith('compute/odd') ? { code: 'INVALID_TEXT' } : undefined,
    ),
  );
  const first = await collect(TWO_HOURS);
  expect(first.code).toBe(2);
  expect(first.out).toContain('compute: 2 hours, 4 events sent');
  expect(first.out).toMatch(/compute\/odd\/2026-11-22T13:00:00Z\/2026-11-22T14:00:00Z {2}INVALID_TEXT: of the test/);
  const expected = ['13', '14'].flatMap((hour) => {
    const window = `2026-11-22T${hour}:00:00Z/2026-11-22T${Number(hour) + 1}:00:00Z`;
    return [`compute/churn/${window}`, `manifest/${window}`];
  });
  expect(ingest.accepted).toEqual(expected);
  await collect(TWO_HOURS);
  expect(ingest.accepted).toEqual([...expected, ...expected]);
});

it('goes on after an hour that cannot be read, and names it', async () => {
  health = 'failing';
  const { code, out } = await collect([...TWO_HOURS, '--dry-run']);
  expect(code).toBe(2);
  expect(out).toContain('Not collected: 2');
  expect(out).toMatch(/2026-11-22T14:00:00Z +ANSWER_FAILED: OpenCost answered 500: the test says no/);
});

it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
  ['an hour that is none', ['--from', 'now', '--to', '2026-11-22T15'], {}, '--from must be an hour in UTC'],
  ['a source that is off', [...TWO_HOURS, '--source', 'egress'], {}, '--source egress is not switched on'],
  ['no cluster', TWO_HOURS, { CLUSTER_ID: '' }, 'CLUSTER_ID: required, but not set'],
])('says what is wrong with %s', async (_, args, changes, message) => {
  const { code, error } = await collect(args, changes);
  expect(code).toBe(1);
  expect(error).toContain(message);
});

it('ends when ingest does not take the key', async () => {
  ingest.behave((_, response) => answer(response, 401, { code: 'UNAUTHENTICATED', detail: 'unknown key' }));
  const { code, error } = await collect(TWO_HOURS);
  expect(code).toBe(1);
  expect(error).toContain('ingest does not accept the events: UNAUTHENTICATED: unknown key');
});
