import type { ChaosStack } from './chaos-stack.ts';
import type { ChaosWorld } from './chaos-world.ts';
import type { FaultKind } from './faults/fault.ts';
import { listNetworkFaults } from './faults/network-faults.ts';
import { listPostgresFaults } from './faults/postgres-faults.ts';
import { listRedisFaults } from './faults/redis-faults.ts';
import { listServiceFaults } from './faults/service-faults.ts';
import { listSourceFaults } from './faults/source-faults.ts';

/** Every kind of fault that one machine can make. */
export function listAllFaults({ services, links }: ChaosStack, world: ChaosWorld): readonly FaultKind[] {
  const names = [...services.keys()];
  return [
    ...listServiceFaults(
      names.filter((name) => name.startsWith('ingest')),
      names.filter((name) => name.startsWith('worker')),
    ),
    ...listNetworkFaults([...links.keys()]),
    ...listRedisFaults(),
    ...listPostgresFaults(),
    ...listSourceFaults(world),
  ];
}
