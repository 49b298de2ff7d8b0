import { createEventMaker } from '@hopsmeter/client';
import { checkIsNow } from '../asking/check-clock.ts';
import { assignBytes } from '../projects/assign-bytes.ts';
import type { Hopsworks } from '../projects/hopsworks-client.ts';
import type { QuarantinedRow, Source } from '../source.ts';
import type { ReadFolders } from './folder-sizes.ts';

export type OfflineStorageOptions = {
  readonly clusterId: string;
  readonly readFolders: ReadFolders;
  readonly hopsworks: Hopsworks;
};

/** An hour has begun for every clock by then. */
const DELAY_MS = 5 * 60_000;

/**
 * What is stored in HopsFS, without replication: a sample that stands for its hour. A project has one folder, of its
 * own name.
 *
 * A sample that fails throws, and a project without a readable folder is quarantined: neither is ever zero bytes.
 */
export function createOfflineStorageSource({ clusterId, readFolders, hopsworks }: OfflineStorageOptions): Source {
  const maker = createEventMaker(clusterId, '/collector/offline-storage');
  return {
    name: 'offline-storage',
    kind: 'sampled',
    delayMs: DELAY_MS,
    async collect(window, signal) {
      const { sizes, quarantined: unread, list, serverTime } = await readFolders(hopsworks.listProjects, signal);
      checkIsNow(window, serverTime, 'HopsFS');
      checkIsNow(window, list.serverTime, 'Hopsworks');
      const { assigned, quarantined, ignored, absent } = assignBytes(sizes, list, { isLowered: false });
      const unreadNames = new Set(unread.map(({ name }) => name));
      const missing = absent.flatMap(({ id, name }): QuarantinedRow[] =>
        unreadNames.has(name) ? [] : [{ name, reason: 'missing', detail: `project ${id} has no folder in HopsFS` }],
      );
      return {
        events: assigned.map(({ namespace, bytes }) => maker.storage({ namespace, window, offlineBytes: bytes })),
        quarantined: [...list.unreadable, ...unread, ...missing, ...quarantined],
        ignored,
      };
    },
  };
}
