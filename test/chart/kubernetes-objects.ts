import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { isRecord } from './template-functions.ts';

/** What our charts may render, each with the JSON schema that Kubernetes, KEDA or the Prometheus operator publishes. */
const MODELS = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  ScaledObject,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
] as const;

type Validated = { validate(): void };

/** What is wrong with an object: what its schema says, and fields that the schema does not have. */
export function findFaults(object: Readonly<Record<string, unknown>>): string[] {
  const name = `${object.apiVersion} ${object.kind}`;
  const Model = MODELS.find(({ apiVersion, kind }) => name === `${apiVersion} ${kind}`);
  if (Model === undefined) return [`${name}: not an object that the chart should make`];
  const unread = new Set<string>();
  const model: Validated = new Model();
  const { validate } = model;
  try {
    validate.call(watched(object, name, unread));
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
  return [...unread].map((path) => `${path}: not a field of it`);
}

/**
 * Kubernetes' schemas allow fields that they do not have, so a misspelt one would pass. But their validators read all
 * that they do have: what nobody has read afterwards is unknown.
 */
function watched<T extends object>(target: T, path: string, unread: Set<string>): T {
  const pathOf = (key: string | symbol) => `${path}.${String(key)}`;
  for (const key of Object.keys(target)) unread.add(pathOf(key));
  const inner = new Map<string | symbol, unknown>();
  return new Proxy(target, {
    get(_, key) {
      unread.delete(pathOf(key));
      const value: unknown = Reflect.get(target, key);
      if (!isRecord(value) && !Array.isArray(value)) return value;
      if (!inner.has(key)) inner.set(key, watched(value, pathOf(key), unread));
      return inner.get(key);
    },
  });
}
