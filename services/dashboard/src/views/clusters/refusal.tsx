import type { ApiProblem } from '../../api/api-problem.ts';

/** What one can do about it, by the code of a refusal; the problem itself says what stands against it. */
const REMEDIES: Readonly<Record<string, string>> = {
  CLUSTER_EXISTS: 'Choose a name that no other cluster has.',
  CLUSTER_FULL: 'Raise the maximum number of users of the cluster, or move someone else away first.',
  CLUSTER_INACTIVE: 'Set the cluster to active first, or choose another one.',
  MEMBER_FOLLOWS_OWNER:
    'Members are on the cluster of their account owner: move the owner, and the members move along.',
  OWNER_NOT_ASSIGNED: 'Assign the account owner first.',
  NO_CLUSTER_WITH_ROOM: 'Raise the maximum number of users of a cluster, or add a cluster.',
  USAGE_COUNTED_LATER: 'Usage of that time is already counted. Choose a later time.',
  NAMESPACE_TAKEN: 'Hand over the other project, or change its start or end.',
  USER_NOT_ON_CLUSTER: 'Assign the user to the cluster first, from the right time on.',
  PROJECT_ENDED: 'Use the current project of the namespace; for another end give a reason.',
  ALIAS_TAKEN: 'End the other alias first, or choose another time.',
  TOO_MANY_KEYS: 'Revoke a key that is no longer used, or rotate one without grace.',
  KEY_ENDED: 'The key no longer works. Create a new one.',
  RULE_EXISTS: 'Withdraw the other rule first.',
  TOO_MANY_RULES: 'Use fewer rules, with * at the end.',
  REASON_REQUIRED: 'A change to the past needs a reason.',
  MOMENT_IN_FUTURE: 'Choose a time in the past.',
  MOMENT_TOO_OLD: 'The past 400 days can be changed.',
};

/** Says beside a problem what to do about it, where that is known. */
export function Refusal({ problem }: { readonly problem: ApiProblem | null }) {
  const remedy = problem === null ? undefined : REMEDIES[problem.code];
  return remedy === undefined ? null : <p className="notice">{remedy}</p>;
}
