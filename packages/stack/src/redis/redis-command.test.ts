import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { REDIS_IMAGE, redisCommand } from './redis-command.ts';

test('publishes a container on the loopback only and keeps its data in our folder', () => {
  const { command, args, config } = redisCommand({ kind: 'docker', path: '/bin/docker' }, '/clone/redis', 63_799);
  expect([command, ...args].join(' ')).toMatch(
    new RegExp(
      [
        /^\/bin\/docker run --rm --name hopsmeter-redis-\w{12} --user \d+:\d+ --publish 127\.0\.0\.1:63799:6379/,
        /--volume \/clone\/redis:\/data --entrypoint redis-server redis:\S+ \/data\/redis\.conf$/,
      ]
        .map(({ source }) => source)
        .join(' '),
    ),
  );
  expect(config).toEqual({ bind: '0.0.0.0', port: 6379, folder: '/data' });
});

test('gives two clones two containers', () => {
  const program = { kind: 'docker', path: '/bin/docker' } as const;
  expect(redisCommand(program, '/a/redis', 1).args[3]).not.toBe(redisCommand(program, '/b/redis', 1).args[3]);
});

test('runs the same Redis as docker-compose.yml', async () => {
  const compose = await readFile(new URL('../../../../docker-compose.yml', import.meta.url), 'utf8');
  expect(compose).toContain(`image: ${REDIS_IMAGE}\n`);
});
