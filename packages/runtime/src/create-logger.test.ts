import { expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';

function logOf(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } }));
  return lines.join('');
}

it('writes JSON lines with level names', () => {
  const line = JSON.parse(logOf((logger) => logger.info({ port: 1 }, 'listening')));
  expect(line).toMatchObject({ level: 'info', name: 'test', port: 1, msg: 'listening' });
});

it('hides secrets wherever they stand, and leaves valid JSON', () => {
  const canary = 'c4n4ryc4n4ry';
  const text = logOf((logger) => {
    logger.info({
      headers: { authorization: `Bearer ${canary}`, cookie: canary },
      deep: { er: { password: `a"${canary}` } },
    });
    logger.error({ err: new Error(`connect rediss://user:${canary}@host:6379 failed`) });
    logger.info(`GET /x?access_token=${canary}&a=1 with Bearer ${canary}`);
    logger.info(`key hwm_live_abcd${canary}0123456789`);
    logger.info({ SUPABASE_SERVICE_ROLE_KEY: canary, api_key: canary, clusterKey: canary });
  });
  expect(text).not.toContain(canary);
  expect(text).toContain('rediss://user:[hidden]@host:6379');
  expect(text).toContain('hwm_live_abcd[hidden]');
  for (const line of text.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
});

it('keeps ids of keys, which are no secrets', () => {
  expect(logOf((logger) => logger.info({ clusterKeyId: 'k1' }))).toContain('"clusterKeyId":"k1"');
});
