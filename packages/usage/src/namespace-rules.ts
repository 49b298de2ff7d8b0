import { groupBy } from './group-by.ts';

/** What becomes of usage of a cluster's namespaces that are no project, such as those of the platform. */
export type NamespaceRule = {
  readonly id: string;
  readonly clusterId: string;
  /** A namespace, or the beginning of one followed by `*`. */
  readonly pattern: string;
  /** Whose usage it is; undefined: it is ignored. */
  readonly userId: string | undefined;
};

export type NamespaceRules = {
  /** The rule for a namespace: the one that names it, else the one with the longest beginning. */
  find(clusterId: string, namespace: string): NamespaceRule | undefined;
};

/** @param rules no two of one cluster and pattern. */
export function createNamespaceRules(rules: readonly NamespaceRule[]): NamespaceRules {
  const longestFirst = [...rules].sort((a, b) => b.pattern.length - a.pattern.length);
  const byCluster = groupBy(longestFirst, ({ clusterId }) => clusterId);
  return {
    find(clusterId, namespace) {
      const ofCluster = byCluster.get(clusterId);
      return (
        ofCluster?.find(({ pattern }) => pattern === namespace) ??
        ofCluster?.find(({ pattern }) => pattern.endsWith('*') && namespace.startsWith(pattern.slice(0, -1)))
      );
    },
  };
}
