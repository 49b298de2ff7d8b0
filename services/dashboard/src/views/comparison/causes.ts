/** What people call a cause of a difference, and what it means. */
export type CauseText = { readonly name: string; readonly meaning: string };

const CAUSES: Readonly<Record<string, CauseText>> = {
  unexplained: { name: 'Unexplained', meaning: 'Nothing that is known to go wrong fits. Look at these first.' },
  never_measured: {
    name: 'Never measured',
    meaning: 'The application has no column for it: network egress, and meters of your own.',
  },
  wrong_day: {
    name: 'Wrong day',
    meaning: 'Usage before midnight was collected after it, and is in the row of the next day.',
  },
  owner_overwritten: {
    name: 'Owner overwritten',
    meaning: 'The whole day went to whoever owned the user when the job ran last, or to nobody.',
  },
  last_cluster_wins: {
    name: 'Last cluster wins',
    meaning: 'The user was on two clusters that day, and the row knows the last one only.',
  },
  orphan_namespace: {
    name: 'Orphan namespace',
    meaning: 'The application did not know whose the namespace was, and left it out.',
  },
  member_not_billed: { name: 'Member not billed', meaning: 'The user was a member of a team, and nobody was billed.' },
  clamped_negative: {
    name: 'Clamped negative',
    meaning: 'A quantity of an hour was negative, and was made zero; the others of the hour are there.',
  },
  double_hour: { name: 'Double hour', meaning: 'Two runs of the job counted the same hour.' },
  missing_hour: { name: 'Missing hour', meaning: 'No run of the job counted the hour.' },
  storage_snapshot: {
    name: 'Storage snapshot',
    meaning: 'The size of one hour, mostly the last, stands for the whole day.',
  },
  rounding_of_small_costs: {
    name: 'Rounding of small costs',
    meaning: 'Every hour was rounded before it was added, so small costs add nothing.',
  },
  not_metered: { name: 'Not metered yet', meaning: 'The cluster had not begun to report to hopsmeter.' },
};

/** The words for a cause; one that this page does not know has its own name only. */
export function causeText(cause: string): CauseText {
  return CAUSES[cause] ?? { name: cause, meaning: '' };
}

const MEASURES: Readonly<Record<string, string>> = {
  cpu_hours: 'CPU (core-hours)',
  gpu_hours: 'GPU (GPU-hours)',
  ram_gb_hours: 'RAM (GB-hours)',
  online_storage_gb: 'Online storage (GB)',
  offline_storage_gb: 'Offline storage (GB)',
  network_egress_gb: 'Network egress (GB)',
  cost: 'Cost (USD)',
  owner_cost: 'Cost for the owner (USD)',
  cluster_cost: 'Cost on the cluster (USD)',
  billed_cost: 'Billed for a member (USD)',
};

/** What people call a measure. */
export function measureName(measure: string): string {
  return MEASURES[measure] ?? measure;
}
