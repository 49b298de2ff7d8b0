/**
 * The tables of the application that hopsmeter stands beside, as it has them in `public`: the same names as ours with
 * other columns.
 */
export const APPLICATION_TABLES = `
create table public.users (
  id text primary key, email text unique not null, name text, account_owner_id text references public.users (id),
  status text not null default 'active', deleted_at timestamptz, billing_mode text not null default 'postpaid',
  stripe_customer_id text, hopsworks_username text, hopsworks_user_id integer,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now()
);
create table public.team_invites (
  id bigserial primary key, account_owner_id text references public.users (id), email text not null,
  token text not null unique, expires_at timestamptz not null, accepted_at timestamptz, accepted_by_user_id text
);
create table public.hopsworks_clusters (
  id uuid primary key default gen_random_uuid(), name text not null, api_url text, api_key text, kubeconfig text,
  mysql_password text, max_users integer, current_users integer default 0, status text, region text
);
create table public.user_hopsworks_assignments (
  user_id text unique references public.users (id), hopsworks_cluster_id uuid references public.hopsworks_clusters (id),
  assigned_at timestamptz default now(), hopsworks_username text
);
create table public.projects (id serial primary key, title text);
create table public.user_projects (
  user_id text references public.users (id), project_id integer, project_name text, namespace text,
  status text default 'active', last_seen_at timestamptz, created_at timestamptz default now(),
  unique (user_id, project_id)
);
create unique index user_projects_namespace on public.user_projects (namespace) where status = 'active';
create table public.usage_daily (
  id bigint generated always as identity primary key, user_id text references public.users (id), account_owner_id text,
  date date not null, opencost_cpu_hours decimal(10, 4), opencost_gpu_hours decimal(10, 4),
  opencost_ram_gb_hours decimal(10, 4), online_storage_gb decimal(10, 4), offline_storage_gb decimal(10, 4),
  network_egress_gb decimal(10, 4), total_credits decimal(10, 4), total_cost decimal(10, 2), project_breakdown jsonb,
  hopsworks_cluster_id uuid, reported_to_stripe boolean default false, unique (user_id, date)
);
create table public.user_credits (
  user_id text primary key references public.users (id), total_purchased numeric, total_used numeric,
  free_credits_granted numeric, free_credits_used numeric
);
`;
