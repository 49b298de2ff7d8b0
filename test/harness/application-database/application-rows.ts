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
  readonly hopsworks_username: string | null;
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
  readonly opencost_cpu_hours: string | null;
  readonly opencost_gpu_hours: string | null;
  readonly opencost_ram_gb_hours: string | null;
  readonly online_storage_gb: string | null;
  readonly offline_storage_gb: string | null;
  readonly network_egress_gb: string | null;
  readonly total_credits: string | null;
  readonly total_cost: string | null;
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
