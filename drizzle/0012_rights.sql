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
    'price_changes', 'select', 'insert', 'update (status, next_day, changed_rows, cost_difference, applied_at)'),
  set_table_rights('statements', 'select', 'insert'),
  set_table_rights('statement_lines', 'select', 'insert'),
  set_table_rights(
    'usage_events', 'select', 'insert', 'update (account_owner_id, user_id, project_id, booked_on)', 'delete'),
  set_table_rights(
    'usage_daily', 'select', 'insert',
    'update (quantity, rate_id, price_override_id, price, price_quantity, price_adjustment, event_count, first_event_at, last_event_at, updated_at)',
    'delete'),
  set_table_rights('usage_daily_by_user', 'select');
