/** What the log calls changes whose words alone say too little. */
const TEXTS: Readonly<Record<string, string>> = {
  set_rate: 'Price set',
  withdraw_rate: 'Price withdrawn',
  set_override: 'Price of an account set',
  end_override: 'Price of an account ended',
  withdraw_override: 'Price of an account withdrawn',
  change_owner: 'Account owner changed',
  change_user: 'User changed',
  repair_usage_daily: 'Totals repaired',
  retry_parked_event: 'Parked event retried',
  release_parked_event: 'Parked event counted as it is',
  give_up_parked_event: 'Parked event given up',
  decide_conflict: 'Conflict decided',
  hand_over_project: 'Project handed over',
  report_project: 'Project reported by its cluster',
  carry_forward: 'Credit carried forward',
  close_month: 'Month closed',
  void_event: 'Event made void',
};

/** Of a verb what was done: `create` → `created`. */
const DONE: Readonly<Record<string, string>> = {
  accept: 'accepted',
  add: 'added',
  assign: 'assigned',
  change: 'changed',
  confirm: 'confirmed',
  correct: 'corrected',
  create: 'created',
  disable: 'disabled',
  end: 'ended',
  grant: 'granted',
  import: 'imported',
  remove: 'removed',
  resolve: 'resolved',
  retry: 'retried',
  revoke: 'revoked',
  rotate: 'rotated',
  set: 'set',
  unassign: 'unassigned',
  withdraw: 'withdrawn',
};

/** A change in words: `create_cluster_key` → `Cluster key created`. One with an unknown verb is told as it stands. */
export function actionText(action: string): string {
  const known = TEXTS[action];
  if (known !== undefined) return known;
  const [verb = '', ...noun] = action.split('_');
  const done = DONE[verb];
  const text = done === undefined || noun.length === 0 ? action.replaceAll('_', ' ') : `${noun.join(' ')} ${done}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Changes that people look for, as the api names them; the log may hold others too. */
export const ACTIONS: readonly string[] = [
  'accept_invite',
  'add_namespace_rule',
  'assign_user',
  'change_cluster',
  'change_owner',
  'change_project',
  'change_user',
  'close_month',
  'correct_event',
  'create_cluster',
  'create_cluster_key',
  'create_invite',
  'create_meter',
  'create_project',
  'create_rate_card',
  'create_user',
  'create_webhook',
  'decide_conflict',
  'disable_webhook',
  'end_alias',
  'end_override',
  'end_project',
  'end_stripe_customer',
  'give_up_parked_event',
  'grant_credit',
  'hand_over_project',
  'import_usage',
  'release_parked_event',
  'remove_gpu_model',
  'remove_spending_cap',
  'repair_usage_daily',
  'report_project',
  'resolve_remittance',
  'retry_parked_event',
  'retry_webhook_delivery',
  'revoke_cluster_key',
  'revoke_grant',
  'revoke_invite',
  'rotate_cluster_key',
  'set_alias',
  'set_gpu_model',
  'set_override',
  'set_rate',
  'set_spending_cap',
  'set_stripe_customer',
  'unassign_user',
  'void_event',
  'withdraw_namespace_rule',
  'withdraw_override',
  'withdraw_rate',
];
