/** What people call a cause of a difference, and what it means. */
export type CauseText = { readonly name: string; readonly meaning: string };

const CAUSES: Readonly<Record<string, CauseText>> = {
  unexplained: { name: 'Unexplained', meaning: 'No known fault explains the difference. Look at these first.' },
  never_measured: {
    name: 'Never measured',
    meaning: 'The application has no column for it: network egress and custom meters.',
  },
  wrong_day: {
    name: 'Wrong day',
    meaning: "Usage from before midnight was collected after it and is in the next day's row.",
  },
  owner_overwritten: {
    name: 'Owner overwritten',
    meaning: 'The whole day was booked to whoever owned the user at the last run of the job, or to nobody.',
  },
  last_cluster_wins: {
    name: 'Last cluster wins',
    meaning: 'The user was on two clusters that day; the row keeps only the last one.',
  },
  orphan_namespace: {
    name: 'Orphan namespace',
    meaning: 'The application did not know who owned the namespace and left it out.',
  },
  member_not_billed: { name: 'Member not billed', meaning: 'The user was a team member, and nobody was billed.' },
  clamped_negative: {
    name: 'Clamped negative',
    meaning: "One quantity of an hour was negative and was set to zero; the hour's other quantities are there.",
  },
  double_hour: { name: 'Double hour', meaning: 'Two runs of the job counted the same hour.' },
  missing_hour: { name: 'Missing hour', meaning: 'No run of the job counted the hour.' },
  storage_snapshot: {
    name: 'Storage snapshot',
    meaning: 'The size at one hour, usually the last, stands for the whole day.',
  },
  rounding_of_small_costs: {
    name: 'Rounding of small costs',
    meaning: 'Each hour was rounded before it was added, so small costs are lost.',
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
