import type { BatchProducer } from '@hopsmeter/queue';
import { createHttpShell, type Failpoint, type HttpShell, type Logger, withFailpoints } from '@hopsmeter/runtime';
import type { Micros } from '@hopsmeter/usage';
import type { Registry } from 'prom-client';
import { createAdmissionGate } from './admission-gate.ts';
import { type ClusterKeySource, createClusterKeySnapshot } from './cluster-key-snapshot.ts';
import { createGroupCommit } from './group-commit.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createKeyLimits, type KeyLimitsOptions, type KeyUse } from './key-limits.ts';
import { startKeyUseNotes } from './key-use-notes.ts';
import { addOpenApiDocument } from './openapi-document.ts';
import { addPostEvents } from './post-events.ts';
import { createTrafficLog } from './traffic-log.ts';

export type IngestDeps = {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly keySource: ClusterKeySource;
  readonly queue: Pick<BatchProducer, 'add' | 'status'>;
  /** The moment, in microseconds. */
  readonly now: () => Micros;
  /** What one key may send; default {@link createKeyLimits}'s. */
  readonly keyLimits?: KeyLimitsOptions;
  /** Keeps when keys were last used; called once a minute, may fail. Default: it is not kept. */
  readonly noteKeysUsed?: (uses: readonly KeyUse[]) => Promise<void>;
  /** Oldest waiting job at which requests are refused; default 4 hours. */
  readonly backlogAgeMaxMs?: number;
  /** Around `add`, and around `commit`: from a request's events to its answer. Default: none. */
  readonly failpoint?: Failpoint | undefined;
};

/** Assembles ingest. It does not listen; closing its `app` finishes the requests in flight and stops its timers. */
export async function createIngestApp(deps: IngestDeps): Promise<HttpShell> {
  const { logger, registry, keySource, queue, now, backlogAgeMaxMs, noteKeysUsed, failpoint } = deps;
  const metrics = createIngestMetrics(registry);
  const keys = createClusterKeySnapshot({ source: keySource, now, logger });
  const limits = createKeyLimits(deps.keyLimits);
  const notes =
    noteKeysUsed === undefined
      ? undefined
      : startKeyUseNotes({ takeUses: limits.takeUses, write: noteKeysUsed, logger });
  const gate = createAdmissionGate({
    readStatus: queue.status,
    logger,
    onRefusal: metrics.noteRefusal,
    ...(backlogAgeMaxMs === undefined ? {} : { backlogAgeMaxMs }),
  });
  metrics.watch(gate, keys);
  const { commit } = createGroupCommit({
    add: withFailpoints(failpoint, 'add', queue.add),
    onGroup: metrics.noteGroup,
  });
  const group = { commit: withFailpoints(failpoint, 'commit', commit) };
  const traffic = createTrafficLog(logger);
  const shell = await createHttpShell({
    logger,
    registry,
    checks: {
      queue() {
        const reason = gate.closedReason();
        return { ok: reason === undefined, detail: reason ?? 'open' };
      },
      clusterKeys() {
        // An old copy still works: its age is told, and alarmed on by its metric, but is no reason to take no traffic.
        const age = keys.ageSeconds();
        return { ok: age !== undefined, detail: age === undefined ? 'not read yet' : `read ${Math.round(age)} s ago` };
      },
    },
  });
  shell.app.addHook('onClose', async () => {
    gate.close();
    keys.close();
    await notes?.close();
    traffic.close();
  });
  addOpenApiDocument(shell.app);
  addPostEvents(shell.app, { keys, limits, gate, group, metrics, traffic, now });
  return shell;
}
