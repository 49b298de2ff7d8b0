/** What a person can do about a parked event. */
export type RemedyKind =
  | 'project'
  | 'rule'
  | 'withdraw-rule'
  | 'user'
  | 'alias'
  | 'assignment'
  | 'meter'
  | 'gpu-model'
  | 'price'
  | 'release'
  | 'decision'
  | 'give-up';

/** How a remedy is called on the button that opens it, and where it is one of several. */
export const REMEDY_TEXTS: Readonly<Record<RemedyKind, { readonly button: string; readonly short: string }>> = {
  project: { button: 'Register the namespace…', short: 'Project' },
  rule: { button: 'Add a rule…', short: 'Rule' },
  'withdraw-rule': { button: 'Withdraw the rule…', short: 'Rule' },
  user: { button: 'Create the user…', short: 'New user' },
  alias: { button: 'Set the alias…', short: 'Alias' },
  assignment: { button: 'Assign the user…', short: 'Assignment' },
  meter: { button: 'Register the meter…', short: 'Meter' },
  'gpu-model': { button: 'Set the meter…', short: 'Meter' },
  price: { button: 'Set a price…', short: 'Price' },
  release: { button: 'Count it…', short: 'Count as it is' },
  decision: { button: 'Decide…', short: 'Decision' },
  'give-up': { button: 'Give it up…', short: 'Give up' },
};

const REMEDIES: Readonly<Record<string, readonly RemedyKind[]>> = {
  unknown_namespace: ['project', 'rule', 'give-up'],
  ignored_namespace: ['withdraw-rule', 'project'],
  unknown_user: ['user', 'alias', 'give-up'],
  user_not_on_cluster: ['assignment', 'give-up'],
  unknown_meter: ['meter', 'give-up'],
  unknown_gpu_model: ['gpu-model', 'give-up'],
  no_rate: ['price', 'give-up'],
  implausible: ['release', 'give-up'],
  conflict: ['decision', 'give-up'],
};

/** What helps an event with that reason, the best first. Whatever else waits can be given up. */
export function remediesFor(reason: string): readonly RemedyKind[] {
  return REMEDIES[reason] ?? ['give-up'];
}
