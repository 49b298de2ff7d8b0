import { APPLICATION_TABLES } from './tables.ts';

/** The application's tables with its own view, functions, policies, triggers and sequences, and some rows. */
export const SMALL_APPLICATION = `
${APPLICATION_TABLES}
create view public.usage_daily_by_user as select user_id, sum(total_cost) as cost from public.usage_daily
  group by user_id;
-- The same names as our functions, too.
create function public.change_directory() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end
$$;
create trigger change_directory before update on public.users for each row execute function public.change_directory();
create function public.open_since(account text) returns date language sql as $$ select date '2020-01-01' $$;

alter table public.users enable row level security;
create policy own_row on public.users for select using (id = current_setting('request.jwt.claim.sub', true));
alter table public.usage_daily enable row level security;
create policy everybody on public.usage_daily using (true) with check (false);
grant select, update (name) on public.users to public;

insert into public.users (id, email, name, hopsworks_user_id) values ('auth0|ada', 'ada@example.com', 'Ada', 7);
insert into public.users (id, email, account_owner_id) values ('auth0|bob', 'bob@example.com', 'auth0|ada');
insert into public.team_invites (account_owner_id, email, token, expires_at)
values ('auth0|ada', 'cy@example.com', 'a token', '2026-12-01Z');
insert into public.hopsworks_clusters (name, api_key, max_users) values ('east', 'a secret', 50);
insert into public.user_hopsworks_assignments (user_id, hopsworks_cluster_id)
select 'auth0|bob', id from public.hopsworks_clusters;
insert into public.projects (title) values ('no project of ours');
insert into public.user_projects (user_id, project_id, namespace) values ('auth0|bob', 119, 'ml');
insert into public.usage_daily (user_id, date, opencost_cpu_hours, total_cost, project_breakdown)
values ('auth0|bob', '2026-11-01', 1.5, 0.53, '{"ml": {"cpu_hours": 1.5}}'),
  ('auth0|bob', '2026-11-02', 'NaN', 0, null);
insert into public.user_credits values ('auth0|ada', 100, 12.5, 20, 20);
`;
