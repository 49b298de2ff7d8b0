/** What people call a reason for parking, what it means, and what helps. */
export type ReasonText = {
  readonly name: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Trying again cannot help: a person has to decide. Default false. */
  readonly isForPerson?: true;
};

const REASONS: Readonly<Record<string, ReasonText>> = {
  unknown_namespace: {
    name: 'Unknown namespace',
    meaning: 'No project has that namespace on the cluster at the time of the usage.',
    remedy: 'Register it as a project of a user, or add a rule for it. Its events are then counted automatically.',
  },
  ignored_namespace: {
    name: 'Ignored namespace',
    meaning: 'No project has the namespace, and a rule of the cluster says to ignore it.',
    remedy: 'Nothing. It waits again when the rule is withdrawn.',
  },
  unknown_user: {
    name: 'Unknown user',
    meaning: 'The event names a user who was not known at the time of the usage, by id or by alias of the cluster.',
    remedy: 'Create the user, or set the alias for them. Their events are then counted automatically.',
  },
  user_not_on_cluster: {
    name: 'User of another cluster',
    meaning: 'The user was not assigned to the cluster that reported the usage.',
    remedy: 'Assign the user, or give the event up if the cluster is wrong.',
  },
  unknown_meter: {
    name: 'Unknown meter',
    meaning: 'The event counts something that is not registered as a meter.',
    remedy: 'Register the meter, then set its price.',
  },
  unknown_gpu_model: {
    name: 'Unknown GPU model',
    meaning: 'The GPU model is not assigned to a meter.',
    remedy: 'Assign the model to a meter. Its events are then counted automatically.',
  },
  no_rate: {
    name: 'No price',
    meaning: 'The meter has no price on the day of the usage.',
    remedy: 'Set a price from that day on.',
  },
  implausible: {
    name: 'Implausible',
    meaning: 'More cores or GPUs than the cluster may have, or a window of more than 31 days.',
    remedy: 'Ask the cluster. Count it as it is, give it up, or raise the limits of the cluster and try again.',
  },
  conflict: {
    name: 'Conflict',
    meaning: 'An event with the same identity but different content is already counted.',
    remedy: 'The counted one stays. Decide which is right, or give this one up.',
    isForPerson: true,
  },
  entered: {
    name: 'Entered by staff',
    meaning: 'Usage that was imported or entered by a decision; it is about to be counted.',
    remedy: 'Wait a moment; retry it if it stays.',
  },
  correction: {
    name: 'Correction',
    meaning: 'A correction that is about to be applied.',
    remedy: 'Wait a moment; retry it if it stays.',
  },
  manifest: {
    name: 'Manifest',
    meaning: "A cluster's list of what it reported; it is about to be recorded.",
    remedy: 'Wait a moment; retry it if it stays.',
  },
  project: {
    name: 'Project',
    meaning: "A cluster's report of a project, about to be settled.",
    remedy: 'Wait a moment; retry it if it stays.',
  },
  contradiction: {
    name: 'Contradiction',
    meaning: 'A cluster says something else of a project than a person entered, or than usage that is counted allows.',
    remedy: 'What was entered stays. Change the project if the cluster is right, else give the report up.',
    isForPerson: true,
  },
  unknown_original: {
    name: 'Original missing',
    meaning: 'A correction of an event that is not counted (yet).',
    remedy: 'It is applied automatically once that event is counted.',
  },
  uncountable: {
    name: 'Uncountable',
    meaning: 'The database refused the event.',
    remedy: 'Ask a developer to look at it, then retry it or give it up.',
  },
  unreadable_batch: {
    name: 'Unreadable batch',
    meaning: 'A whole batch of the queue could not be read.',
    remedy: 'Ask a developer to look at it. It may hold many events.',
  },
};

/** Every reason, in the order in which they are explained. */
export const REASON_KEYS: readonly string[] = Object.keys(REASONS);

/** The words for a reason; one that this page does not know has its own name only. */
export function reasonText(reason: string): ReasonText {
  return REASONS[reason] ?? { name: reason, meaning: '', remedy: '' };
}
