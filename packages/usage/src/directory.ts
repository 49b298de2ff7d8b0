import type { UsageEvent } from './event.ts';
import { METERS } from './event.ts';
import { createGpuMeters, type GpuModel } from './gpu-models.ts';
import { groupBy, groupByBoth } from './group-by.ts';
import { findHolder, firstOverlap, inForce, inOrder, type Period } from './holder.ts';
import { PLAUSIBLE_LIMITS, type PlausibleLimits } from './limits.ts';
import { createNamespaceRules, type NamespaceRule } from './namespace-rules.ts';
import { createPricing, type Pricing, type PricingSnapshot } from './pricing/pricing.ts';
import { addMonths, type Micros, type UsageDay, type UsageMonth } from './time.ts';

export type Ownership = Period & { readonly userId: string; readonly accountOwnerId: string };
export type Assignment = Period & { readonly userId: string; readonly clusterId: string };
export type Project = Period & {
  readonly id: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
};

/** What a cluster calls a user. */
export type Alias = Period & { readonly clusterId: string; readonly alias: string; readonly userId: string };

/** What is plausible of one cluster, where that is not {@link PLAUSIBLE_LIMITS}. */
export type ClusterLimits = PlausibleLimits & { readonly clusterId: string };

/** The last month that an account has a statement for: it and all months before it are closed. */
export type Closing = { readonly accountOwnerId: string; readonly month: UsageMonth };

/** Everything that decides who used, who pays and at which price, as of one version of the database. */
export type DirectorySnapshot = {
  readonly version: string;
  readonly projects: readonly Project[];
  readonly ownerships: readonly Ownership[];
  readonly assignments: readonly Assignment[];
  readonly aliases: readonly Alias[];
  readonly clusterLimits: readonly ClusterLimits[];
  /** Those in force. */
  readonly namespaceRules: readonly NamespaceRule[];
  readonly meters: readonly string[];
  readonly gpuModels: readonly GpuModel[];
  readonly pricing: PricingSnapshot;
  readonly closings: readonly Closing[];
};

/** Why an event is parked instead of counted. */
export const PARK_REASONS = [
  'unknown_namespace',
  'ignored_namespace',
  'unknown_user',
  'user_not_on_cluster',
  'unknown_meter',
  'unknown_gpu_model',
  'no_rate',
  'implausible',
  'conflict',
  'entered',
  'correction',
  'manifest',
  'project',
  'contradiction',
  'unknown_original',
  'uncountable',
  'unreadable_batch',
] as const;

export type ParkReason = (typeof PARK_REASONS)[number];

/**
 * Which fact decided: the event's subject, as a user's id or as an alias of the cluster, the project of its namespace,
 * or a rule for namespaces that are no project.
 */
export type AttributedBy = 'subject' | 'alias' | 'namespace' | 'rule' | 'import';

/** Who used it, who pays, and which fact decided. */
export type Attribution = {
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly clusterId: string;
  readonly projectId: string | undefined;
  readonly attributedBy: AttributedBy;
};

export type Unattributed = { readonly reason: ParkReason; readonly detail: string };

/** Answers from one {@link DirectorySnapshot}. */
export type Directory = {
  readonly version: string;
  /**
   * The attribution rule. The project is that of the user who had the namespace for the longest part of the event's
   * window. The subject is the user; without one the project's user is. The account owner is who owned the user when
   * the window began. The user must have been assigned to the cluster in some part of the window.
   *
   * A subject that is no user's id is an alias of the cluster: of the user who had it for the longest part of the
   * window.
   *
   * A namespace that is no project then goes by the rules of the cluster: its usage is ignored, or is that of the
   * rule's user, who need not be on the cluster.
   *
   * Equal answers are the same object, so that callers can tell them apart without comparing texts.
   */
  attribute(clusterId: string, event: UsageEvent): Attribution | Unattributed;
  /** Whether a rule ignores all usage of a namespace: it was never a project. */
  isIgnored(clusterId: string, namespace: string): boolean;
  /** The meter that usage is counted on: GPU usage is counted on the meter of its model. */
  meterOf(meter: string, gpuModel: string | undefined): string | Unattributed;
  hasMeter(meter: string): boolean;
  /** How many cores and GPUs an event of a cluster may have had. */
  limitsOf(clusterId: string): PlausibleLimits;
  /** Prices by account, meter and day. */
  readonly pricing: Pricing;
  /**
   * The day on which an account's usage of a day is booked, where that is not the day itself: the first day of the
   * account's open month, for usage of a closed one.
   */
  bookedOn(accountOwnerId: string, day: UsageDay): UsageDay | undefined;
};

export function createDirectory(snapshot: DirectorySnapshot): Directory {
  // Maps in maps: the texts of a batch are looked up as they are, where a key of both would be a new text for each
  // event.
  const projects = groupByBoth(
    inOrder(snapshot.projects),
    ({ clusterId }) => clusterId,
    ({ namespace }) => namespace,
  );
  const ownerships = groupBy(inOrder(snapshot.ownerships), ({ userId }) => userId);
  const assignments = groupByBoth(
    inOrder(snapshot.assignments),
    ({ clusterId }) => clusterId,
    ({ userId }) => userId,
  );
  const aliases = groupByBoth(
    inOrder(snapshot.aliases),
    ({ clusterId }) => clusterId,
    ({ alias }) => alias,
  );
  const rules = createNamespaceRules(snapshot.namespaceRules);
  const attributions = createAttributions();
  const meters = new Set(snapshot.meters);
  const gpuMeterOfModel = createGpuMeters(snapshot.gpuModels, meters);
  const limits = new Map(snapshot.clusterLimits.map((own) => [own.clusterId, own]));
  const openSince = new Map(
    snapshot.closings.map(({ accountOwnerId, month }) => [accountOwnerId, addMonths(month, 1)]),
  );
  const attributeByRule = (clusterId: string, namespace: string, start: Micros): Attribution | Unattributed => {
    const rule = rules.find(clusterId, namespace);
    if (rule === undefined)
      return { reason: 'unknown_namespace', detail: `no project has the namespace ${namespace} at that time` };
    const { pattern, userId } = rule;
    if (userId === undefined)
      return { reason: 'ignored_namespace', detail: `the rule ${pattern} of the cluster ignores ${namespace}` };
    const ownership = inForce(ownerships.get(userId), start);
    if (ownership === undefined) return { reason: 'unknown_user', detail: `${userId} is not known at that time` };
    return attributions.get(ownership, rule, undefined, 'rule');
  };
  return {
    version: snapshot.version,
    attribute(clusterId, event) {
      const { subject, namespace } = event;
      const project = namespace === undefined ? undefined : findHolder(projects.get(clusterId)?.get(namespace), event);
      if (namespace !== undefined && project === undefined) return attributeByRule(clusterId, namespace, event.start);
      const named = subject ?? project?.userId;
      let ownership = named === undefined ? undefined : inForce(ownerships.get(named), event.start);
      let attributedBy: AttributedBy = subject === undefined ? 'namespace' : 'subject';
      if (ownership === undefined && subject !== undefined) {
        const alias = findHolder(aliases.get(clusterId)?.get(subject), event);
        ownership = alias === undefined ? undefined : inForce(ownerships.get(alias.userId), event.start);
        attributedBy = 'alias';
      }
      if (ownership === undefined)
        return { reason: 'unknown_user', detail: `${named ?? 'no user'} is not known at that time` };
      const { userId } = ownership;
      const assignment = firstOverlap(assignments.get(clusterId)?.get(userId), event);
      if (assignment === undefined)
        return { reason: 'user_not_on_cluster', detail: `${userId} is not assigned to the cluster at that time` };
      return attributions.get(ownership, assignment, project, attributedBy);
    },
    isIgnored(clusterId, namespace) {
      const rule = rules.find(clusterId, namespace);
      return rule !== undefined && rule.userId === undefined && !projects.get(clusterId)?.has(namespace);
    },
    meterOf(meter, gpuModel) {
      if (meter !== METERS.gpu || gpuModel === undefined) return meter;
      const own = gpuMeterOfModel(gpuModel);
      return own ?? { reason: 'unknown_gpu_model', detail: `no meter is set for the GPU model ${gpuModel}` };
    },
    hasMeter: (meter) => meters.has(meter),
    limitsOf: (clusterId) => limits.get(clusterId) ?? PLAUSIBLE_LIMITS,
    pricing: createPricing(snapshot.pricing),
    bookedOn(accountOwnerId, day) {
      const since = openSince.get(accountOwnerId);
      return since !== undefined && day < since ? since : undefined;
    },
  };
}

/** One object per distinct answer, found by the facts that it follows from. */
function createAttributions() {
  type Key = Ownership | Assignment | NamespaceRule | Project | undefined | AttributedBy;
  type Level = Map<Key, Level | Attribution>;
  const first: Level = new Map();
  const next = (level: Level, key: Key): Level => {
    const known = level.get(key);
    if (known instanceof Map) return known;
    const created: Level = new Map();
    level.set(key, created);
    return created;
  };
  return {
    get(
      ownership: Ownership,
      assignment: Assignment | NamespaceRule,
      project: Project | undefined,
      attributedBy: Attribution['attributedBy'],
    ): Attribution {
      const last = next(next(next(first, ownership), assignment), project);
      const known = last.get(attributedBy);
      if (known !== undefined && !(known instanceof Map)) return known;
      const { accountOwnerId, userId } = ownership;
      const created = { accountOwnerId, userId, clusterId: assignment.clusterId, projectId: project?.id, attributedBy };
      last.set(attributedBy, created);
      return created;
    },
  };
}
