import { expect, test } from 'vitest';
import { missingPackages } from './unpack-debian-package.ts';

test('reads the packages that apt-get would install', () => {
  const simulated = `Reading package lists...
Inst libjemalloc2 (5.3.0-1 Debian:12.11/stable [amd64])
Inst redis-tools (5:7.0.15-1~deb12u5 Debian-Security:12/stable-security [amd64])
Conf libjemalloc2 (5.3.0-1 Debian:12.11/stable [amd64])`;
  expect(missingPackages(simulated)).toEqual(['libjemalloc2', 'redis-tools']);
});

test('refuses an answer that names nothing', () => {
  expect(() => missingPackages('Reading package lists...')).toThrow('0 packages');
});
