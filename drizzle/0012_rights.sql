-- What 0005_roles.sql is for the tables and functions that came after it: where the role of the services was created
-- later, run both again with psql.

-- Prices and statements.
SELECT
  set_function_rights('effective_price(text, text, date)', is_called => true),
  set_function_rights('open_since(text)', is_called => true);
--> statement-breakpoint
SELECT
  set_table_rights('rate_cards', 'select', 'insert'),
  set_table_rights('rates', 'select', 'insert', 'update (withdrawn_at)'),
  set_table_rights('price_overrides', 'select', 'insert', 'update (valid_to, withdrawn_at)'),
  set_table_rights(
    'price_changes', 'select', 'insert',
    'update (status, next_day, done_account_owner_id, done_user_id, changed_rows, cost_difference, applied_at)'),
  set_table_rights('statements', 'select', 'insert'),
  set_table_rights('statement_lines', 'select', 'insert'),
  set_table_rights(
    'usage_events', 'select', 'insert', 'update (account_owner_id, user_id, project_id, booked_on)', 'delete'),
  set_table_rights(
    'usage_daily', 'select', 'insert',
    'update (quantity, rate_id, price_override_id, price, price_quantity, price_adjustment, event_count, first_event_at, last_event_at, updated_at)',
    'delete'),
  set_table_rights('usage_daily_by_user', 'select');
--> statement-breakpoint

-- Reconciliation. What was found is kept as it was found.
SELECT
  set_table_rights(
    'reconciliations', 'select', 'insert',
    'update (status, checked_days, checked_rows, differing_rows, differing_days, cost_difference, statement_differences, statement_difference_count, started_at, finished_at)'),
  set_table_rights('reconciliation_differences', 'select', 'insert'),
  set_table_rights(
    'reconciled_days', 'select', 'insert', 'update (checked_at, reconciliation_id, differing_rows, cost_difference)'),
  set_table_rights(
    'cluster_hours', 'select', 'insert', 'update (event_count, sums, last_window_ended_at, checked_at)', 'delete');
--> statement-breakpoint

-- Stripe. Of a remittance only how far it got can change, never what it says was sent.
SELECT set_function_rights('add_stripe_meter()', is_called => false);
--> statement-breakpoint
SELECT
  set_table_rights('stripe_customers', 'select', 'insert', 'update (billed_to)', 'delete'),
  set_table_rights('stripe_meters', 'select', 'insert'),
  set_table_rights(
    'stripe_remittances', 'select', 'insert',
    'update (stamped_at, status, attempts, key_number, next_attempt_at, uncertain_since, sent_at, last_error, resolved_at, resolved_by, resolution)');
--> statement-breakpoint

-- Corrections and manifests are what events said: neither changes.
SELECT
  set_table_rights('corrections', 'select', 'insert'),
  set_table_rights('cluster_manifests', 'select', 'insert');
--> statement-breakpoint

-- Prepaid grants, spending caps, alerts and webhooks. What was drawn, raised or where it goes to never changes.
SELECT
  set_function_rights('check_grant_draw()', is_called => false),
  set_function_rights('check_statement_prepaid()', is_called => false);
--> statement-breakpoint
SELECT
  set_table_rights('credit_grants', 'select', 'insert', 'update (revoked_at, revoked_by, revoke_reason)'),
  set_table_rights('grant_draws', 'select', 'insert'),
  set_table_rights('spending_caps', 'select', 'insert', 'update (amount, set_at, set_by, checked_at)', 'delete'),
  set_table_rights('spending_alerts', 'select', 'insert'),
  set_table_rights('webhook_endpoints', 'select', 'insert', 'update (disabled_at)'),
  set_table_rights(
    'webhook_deliveries', 'select', 'insert',
    'update (attempts, last_attempt_at, next_attempt_at, leased_until, delivered_at, dead_at, last_status, last_error)');
