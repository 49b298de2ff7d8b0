import type { FaultKind } from './faults/fault.ts';
import { listNetworkFaults } from './faults/network-faults.ts';
import { listPostgresFaults } from './faults/postgres-faults.ts';
import { listRedisFaults } from './faults/redis-faults.ts';
import { listServiceFaults } from './faults/service-faults.ts';
import { listSourceFaults, type SourceNames } from './faults/source-faults.ts';

/** What there is to break, by name. */
export type StackNames = {
  readonly services: ReadonlyMap<string, unknown>;
  readonly links: ReadonlyMap<string, unknown>;
};

/** Every kind of fault that one machine can make. */
export function listAllFaults({ services, links }: StackNames, world: SourceNames): readonly FaultKind[] {
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
