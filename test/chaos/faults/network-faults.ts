import type { ProxyMode } from '../../harness/proxy.ts';
import { type FaultKind, required } from './fault.ts';

/** Longer than the 15 s after which a worker gives a silent connection to Redis up. */
const PAST_SOCKET_TIMEOUT_MS = 20_000;

const MODES: readonly (readonly [name: string, forMs: readonly [number, number], mode: ProxyMode])[] = [
  ['connection in a black hole', [2_500, PAST_SOCKET_TIMEOUT_MS], { kind: 'black-hole' }],
  ['connection half open', [2_500, PAST_SOCKET_TIMEOUT_MS], { kind: 'half-open' }],
  ['connections reset and refused', [1_500, 8_000], { kind: 'reset' }],
  ['connection with latency', [2_000, 8_000], { kind: 'latency', ms: 80 }],
  ['slow connection', [2_000, 8_000], { kind: 'slow', bytesPerSecond: 20_000 }],
  ['connection cut after 2 kB of the server', [1_500, 6_000], { kind: 'cut', afterBytes: 2_000 }],
  ['reply lost, connection reset', [500, 4_000], { kind: 'drop-reply' }],
];

/** What is done to the connections between clients, services and servers. */
export function listNetworkFaults(links: readonly string[]): FaultKind[] {
  return MODES.map(([name, forMs, mode]) => ({
    name,
    track: 'network',
    targets: links,
    forMs,
    async begin({ stack }, target) {
      const link = required(stack.links.get(target), target);
      link.set(mode);
      return async () => link.set({ kind: 'pass' });
    },
  }));
}
