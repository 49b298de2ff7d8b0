/** Rows as the application has them in its tables. Times and numbers with decimals are texts. */

export type UserRow = {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly account_owner_id: string | null;
  readonly status: 'active' | 'suspended' | 'deleted';
  readonly deleted_at: string | null;
};

export type ClusterRow = {
  readonly id: string;
  readonly name: string;
  readonly api_key: string;
  readonly kubeconfig: string;
  readonly mysql_password: string;
  readonly max_users: number | null;
  readonly status: string;
};

export type AssignmentRow = {
  readonly user_id: string;
  readonly hopsworks_cluster_id: string;
  readonly assigned_at: string;
};

export type ProjectRow = {
  readonly user_id: string;
  readonly project_id: number;
  readonly project_name: string;
  readonly namespace: string | null;
  readonly status: 'active' | 'inactive';
  readonly created_at: string;
  readonly last_seen_at: string | null;
};

export type CreditsRow = {
  readonly user_id: string;
  readonly total_purchased: string | null;
  readonly total_used: string | null;
  readonly free_credits_granted: string | null;
  readonly free_credits_used: string | null;
};

export type UsageRow = {
  readonly user_id: string;
  readonly account_owner_id: string | null;
  readonly date: string;
  readonly opencost_cpu_hours: string;
  readonly opencost_gpu_hours: string;
  readonly opencost_ram_gb_hours: string;
  readonly online_storage_gb: string;
  readonly offline_storage_gb: string;
  readonly network_egress_gb: string;
  readonly total_credits: string;
  readonly total_cost: string;
  readonly project_breakdown: object | null;
  readonly hopsworks_cluster_id: string | null;
};

/** An application's database. */
export type Application = {
  readonly users: readonly UserRow[];
  readonly clusters: readonly ClusterRow[];
  readonly assignments: readonly AssignmentRow[];
  readonly projects: readonly ProjectRow[];
  readonly credits: readonly CreditsRow[];
};
