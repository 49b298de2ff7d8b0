-- What every installation begins with: the meters, and the default rate card with their rates.
INSERT INTO hopsmeter.meters (meter, unit, description) VALUES
  ('cpu_hours', 'core-hour', 'CPU cores over time'),
  ('gpu_hours', 'GPU-hour', 'GPUs over time, of models that are counted on no meter of their own'),
  ('ram_gb_hours', 'GB-hour', 'Memory over time; 1 GB is 2^30 bytes'),
  ('online_storage_gb_hours', 'GB-hour', 'Online feature store over time; a GB-month is 720 GB-hours'),
  ('offline_storage_gb_hours', 'GB-hour', 'Offline feature store over time; a GB-month is 720 GB-hours'),
  ('network_egress_gb', 'GB', 'Data sent out of the cluster'),
  ('imported_cpu_hours', 'core-hour', 'CPU cores over time, as imported'),
  ('imported_gpu_hours', 'GPU-hour', 'GPUs over time, as imported'),
  ('imported_ram_gb_hours', 'GB-hour', 'Memory over time, as imported'),
  ('imported_online_storage_gb_hours', 'GB-hour',
    'Online feature store, the last size of an imported day for 24 hours'),
  ('imported_offline_storage_gb_hours', 'GB-hour',
    'Offline feature store, the last size of an imported day for 24 hours'),
  ('imported_network_egress_gb', 'GB', 'Data sent out of the cluster, as imported'),
  ('imported_usd', 'USD', 'What was billed for imported days');
--> statement-breakpoint
WITH card AS (
  INSERT INTO hopsmeter.rate_cards (name, credit_usd, is_default) VALUES ('default', 0.35, true) RETURNING id
)
INSERT INTO hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
SELECT card.id, rate.meter, DATE '2020-01-01', rate.price, rate.price_quantity
FROM card, (VALUES
  ('cpu_hours', 0.35, 1),
  ('gpu_hours', 3.50, 1),
  ('ram_gb_hours', 0.035, 1),
  ('online_storage_gb_hours', 0.50, 720),
  ('offline_storage_gb_hours', 0.03, 720),
  ('network_egress_gb', 0.14, 1)
) AS rate (meter, price, price_quantity);
