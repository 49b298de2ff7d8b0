import type { IgnoredNamespace } from '@hopsmeter/db';
import type { Directory } from '@hopsmeter/usage';

export type IgnoredStore = {
  list(): Promise<readonly IgnoredNamespace[]>;
  recall(namespace: IgnoredNamespace, directoryVersion: string, limit: number): Promise<number>;
};

/** Marking so many takes a tenth of a second. */
const RECALLED_MAX = 2_000;

/**
 * Has ignored events tried again whose namespace is ignored no longer, or not at all times: a rule was withdrawn or
 * another one says more, or a project has the namespace. Events of a namespace that is ignored at all times are not
 * looked at, however many there are.
 */
export async function recallIgnored(store: IgnoredStore, directory: Directory, signal: AbortSignal): Promise<void> {
  for (const namespace of await store.list()) {
    if (directory.isIgnored(namespace.clusterId, namespace.namespace)) continue;
    while (!signal.aborted) if ((await store.recall(namespace, directory.version, RECALLED_MAX)) < RECALLED_MAX) break;
  }
}
