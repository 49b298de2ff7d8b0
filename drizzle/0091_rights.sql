-- The rights of the services on every table and function: what is not listed here they may not do. Where the role
-- hopsmeter_app was created later, run 0000_roles.sql and this file again with psql.

-- What triggers do is called by nobody; the rest is called by statements of the services.
SELECT
  hopsmeter.set_function_rights('hopsmeter.set_table_rights(regclass, text[])', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.set_function_rights(regprocedure, boolean)', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.change_directory()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.check_account_levels()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.keep_account_ownerships()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.refuse_change()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.refuse_late_lines()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.check_grant_draw()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.check_statement_prepaid()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.add_stripe_meter()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.keep_account_days_on_insert()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.keep_account_days_on_update()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.keep_account_days_on_delete()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.empty_account_days()', is_called => false),
  hopsmeter.set_function_rights('hopsmeter.reads_totals()', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.are_tiers(jsonb)', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.current_directory_version()', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.require_directory_version(bigint)', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.require_seen_copies(bigint)', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.require_no_conflicts(integer[])', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.counted_content_hash(uuid)', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.effective_price(text, text, date)', is_called => true),
  hopsmeter.set_function_rights('hopsmeter.open_since(text)', is_called => true);
--> statement-breakpoint

-- The directory. Only the history of owners loses rows: a change that lies in the past replaces later periods.
SELECT
  hopsmeter.set_table_rights('hopsmeter.directory_versions', 'select', 'update (version)'),
  hopsmeter.set_table_rights('hopsmeter.users', 'select', 'insert', 'update'),
  hopsmeter.set_table_rights('hopsmeter.account_ownerships', 'select', 'insert', 'update', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.team_invites', 'select', 'insert', 'update'),
  hopsmeter.set_table_rights('hopsmeter.hopsworks_clusters', 'select', 'insert', 'update'),
  hopsmeter.set_table_rights('hopsmeter.user_hopsworks_assignments', 'select', 'insert', 'update', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.user_aliases', 'select', 'insert', 'update (ended_at)'),
  hopsmeter.set_table_rights('hopsmeter.projects', 'select', 'insert', 'update'),
  hopsmeter.set_table_rights('hopsmeter.namespace_rules', 'select', 'insert', 'update (withdrawn_at, withdrawn_by)'),
  -- A key is replaced, never changed.
  hopsmeter.set_table_rights(
    'hopsmeter.cluster_keys', 'select', 'insert', 'update (expires_at, revoked_at, last_used_at)'),
  hopsmeter.set_table_rights('hopsmeter.meters', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.gpu_models', 'select', 'insert', 'update (name, meter)', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.audit_log', 'select', 'insert'),
  -- What is remembered of the application's rows goes with them.
  hopsmeter.set_table_rights('hopsmeter.followed_rows', 'select', 'insert', 'update', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.followings', 'select', 'insert', 'update');
--> statement-breakpoint

-- Usage. The ledger can be corrected in who used it and who pays, but not in what was used; rows leave it by the purge.
-- Rows of the rollup without usage leave it.
SELECT
  hopsmeter.set_table_rights('hopsmeter.usage_batches', 'select', 'insert'),
  hopsmeter.set_table_rights(
    'hopsmeter.usage_events', 'select', 'insert',
    'update (account_owner_id, user_id, project_id, booked_on)', 'delete'),
  hopsmeter.set_table_rights(
    'hopsmeter.usage_daily', 'select', 'insert',
    'update (quantity, rate_id, price_override_id, price, price_quantity, price_adjustment, event_count,
      first_event_at, last_event_at, updated_at)',
    'delete'),
  hopsmeter.set_table_rights('hopsmeter.usage_daily_by_user', 'select'),
  hopsmeter.set_table_rights('hopsmeter.usage_daily_by_account', 'select'),
  hopsmeter.set_table_rights('hopsmeter.imported_days', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.account_days', 'select', 'insert',
    'update (quantity, cost, event_count, row_count)'),
  hopsmeter.set_table_rights('hopsmeter.account_day_costs', 'select', 'insert', 'update (cost, row_count)'),
  -- What becomes of a parked event can change, the event itself cannot.
  hopsmeter.set_table_rights(
    'hopsmeter.parked_events', 'select', 'insert',
    'update (reason, detail, status, resolved_at, resolved_by, resolution, tried_at, try_count, tried_version, due_at,
      released_at, release_reason)'),
  -- Corrections, manifests and reports of projects are what events said: none changes.
  hopsmeter.set_table_rights('hopsmeter.corrections', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.cluster_manifests', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.project_reports', 'select', 'insert'),
  -- Rows of queues that are no more leave it.
  hopsmeter.set_table_rights(
    'hopsmeter.queue_statuses', 'select', 'insert',
    'update (waiting_jobs, active_jobs, delayed_jobs, missing_jobs, lost_jobs, added_jobs, is_paused,
      oldest_waiting_at, measured_at)',
    'delete');
--> statement-breakpoint

-- Rows of the ledger are reached through their parent, whose rights and policies hold then; a partition named directly
-- is nobody's. Nor is the list of migrations.
SELECT hopsmeter.set_table_rights('hopsmeter.migrations', VARIADIC '{}');
--> statement-breakpoint
SELECT hopsmeter.set_table_rights(inhrelid, VARIADIC '{}')
FROM pg_inherits WHERE inhparent = 'hopsmeter.usage_events'::regclass;
--> statement-breakpoint

-- Prices and statements.
SELECT
  hopsmeter.set_table_rights('hopsmeter.rate_cards', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.rates', 'select', 'insert', 'update (withdrawn_at)'),
  hopsmeter.set_table_rights('hopsmeter.price_overrides', 'select', 'insert', 'update (valid_to, withdrawn_at)'),
  hopsmeter.set_table_rights(
    'hopsmeter.price_changes', 'select', 'insert',
    'update (status, next_day, done_account_owner_id, done_user_id, changed_rows, cost_difference, applied_at)'),
  hopsmeter.set_table_rights('hopsmeter.statements', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.statement_lines', 'select', 'insert');
--> statement-breakpoint

-- Prepaid grants, spending caps, alerts and webhooks. What was drawn, raised or where it goes to never changes.
SELECT
  hopsmeter.set_table_rights(
    'hopsmeter.credit_grants', 'select', 'insert', 'update (revoked_at, revoked_by, revoke_reason)'),
  hopsmeter.set_table_rights('hopsmeter.grant_draws', 'select', 'insert'),
  hopsmeter.set_table_rights(
    'hopsmeter.spending_caps', 'select', 'insert', 'update (amount, set_at, set_by, checked_at)', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.spending_alerts', 'select', 'insert'),
  hopsmeter.set_table_rights('hopsmeter.webhook_endpoints', 'select', 'insert', 'update (disabled_at)'),
  hopsmeter.set_table_rights(
    'hopsmeter.webhook_deliveries', 'select', 'insert',
    'update (attempts, last_attempt_at, next_attempt_at, leased_until, delivered_at, dead_at, last_status,
      last_error)');
--> statement-breakpoint

-- Reconciliation. What was found is kept as it was found.
SELECT
  hopsmeter.set_table_rights(
    'hopsmeter.reconciliations', 'select', 'insert',
    'update (status, days, checked_days, checked_rows, differing_rows, differing_days, cost_difference,
      statement_differences, statement_difference_count, started_at, finished_at)'),
  hopsmeter.set_table_rights('hopsmeter.reconciliation_differences', 'select', 'insert'),
  hopsmeter.set_table_rights(
    'hopsmeter.reconciled_days', 'select', 'insert',
    'update (checked_at, reconciliation_id, differing_rows, cost_difference)'),
  hopsmeter.set_table_rights(
    'hopsmeter.cluster_hours', 'select', 'insert',
    'update (event_count, overlapping_count, sums, last_window_ended_at, checked_at)',
    'delete');
--> statement-breakpoint

-- Stripe. Of a remittance only how far it got can change, never what it says was sent.
SELECT
  hopsmeter.set_table_rights('hopsmeter.stripe_customers', 'select', 'insert', 'update (billed_to)', 'delete'),
  hopsmeter.set_table_rights('hopsmeter.stripe_meters', 'select', 'insert'),
  hopsmeter.set_table_rights(
    'hopsmeter.stripe_remittances', 'select', 'insert',
    'update (stamped_at, status, attempts, key_number, next_attempt_at, uncertain_since, sent_at, last_error,
      resolved_at, resolved_by, resolution)');
