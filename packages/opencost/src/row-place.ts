import type { Allocation } from './allocation-answer.ts';

/** Where a row's usage happened. `level` is what the row is about: all of a namespace, a pod or a container. */
export type RowPlace = {
  readonly namespace: string;
  readonly level: 'namespace' | 'pod' | 'container';
  /** What tells the row apart from others of its namespace. */
  readonly part: string;
};

/** The namespaces Kubernetes allows (RFC 1123 label). */
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const LEVELS = ['namespace', 'pod', 'container'] as const;

/**
 * Reads the place from a row's name, which OpenCost joins from what it was asked to aggregate by, and checks it against
 * the properties: `churn`, `churn/trainer-0`, `eu-west-1/churn`, `eu-west-1/churn/trainer-0`, with the container behind
 * the pod and the node behind the cluster where these were asked for. Only the properties tell which part is which.
 *
 * @returns a text that says what is wrong, where name and properties do not agree.
 */
export function readPlace(name: string, properties: Allocation['properties']): RowPlace | string {
  const namespace = properties?.namespace ?? name;
  if (!NAMESPACE.test(namespace)) return 'not a name that Kubernetes allows';
  const part = findPart(name, namespace, properties);
  if (part === undefined) return `the row is named ${name}, its namespace is ${namespace}`;
  const parts = part === '' ? [] : part.split('/');
  const level = LEVELS[parts.length];
  if (level === undefined || parts.includes('')) return `the row is named ${name}`;
  const [pod] = parts;
  if (pod !== undefined && pod !== (properties?.pod ?? pod))
    return `the row is named ${name}, its pod is ${properties?.pod}`;
  return { namespace, level, part };
}

/** What follows the namespace in the name; `undefined` where the name is not about the namespace. */
function findPart(name: string, namespace: string, properties: Allocation['properties']): string | undefined {
  const { cluster, node } = properties ?? {};
  // What a row lacks is an empty part of its name.
  const places = [[], [cluster], [cluster, node], [node]].map((place) => [...place, namespace].join('/'));
  for (const place of places) {
    if (name === place) return '';
    if (name.startsWith(`${place}/`)) return name.slice(place.length + 1);
  }
  return undefined;
}
