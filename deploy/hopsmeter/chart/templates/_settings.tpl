{{- /* Which process reads which settings. */ -}}
{{- define "hopsmeter.settingsByProcess" -}}
ingest:
  - DATABASE_URL
  - SUPABASE_DB_PASSWORD
  - REDIS_URL
  - QUEUE_PREFIX
  - QUEUE_BACKLOG_AGE_MAX_MS
  - INGEST_KEY_EVENTS_PER_SECOND
  - INGEST_KEY_REQUESTS_PER_SECOND
  - REDIS_SETTINGS_UNKNOWN_ALLOWED
  - LOG_LEVEL
  - DRAIN_DELAY_MS
  - SHUTDOWN_DEADLINE_MS
worker:
  - DATABASE_URL
  - SUPABASE_DB_PASSWORD
  - REDIS_URL
  - QUEUE_PREFIX
  - WORKER_CONCURRENCY
  - STRIPE_API_KEY
  - STRIPE_API_URL
  - STRIPE_EXPORT_INTERVAL_MS
  - STRIPE_MONTH_GRACE_HOURS
  - WEBHOOK_SIGNING_KEY
  - WEBHOOK_ALLOW_PRIVATE_ADDRESSES
  - DIRECTORY_SOURCE_URL
  - DIRECTORY_SOURCE_INTERVAL_MS
  - DIRECTORY_SOURCE_MISSING_PERCENT_MAX
  - LOG_LEVEL
  - SHUTDOWN_DEADLINE_MS
api:
  - DATABASE_URL
  - SUPABASE_DB_PASSWORD
  - SUPABASE_SERVICE_ROLE_KEY
  - API_DATABASE_CONNECTIONS_MAX
  - API_REQUESTS_PER_MINUTE
  - API_CORS_ORIGINS
  - AUTH0_ISSUER
  - AUTH0_AUDIENCE
  - AUTH0_CLIENT_ID
  - STATEMENT_ISSUER
  - DIRECTORY_SOURCE_URL
  - WEBHOOK_SIGNING_KEY
  - WEBHOOK_ALLOW_PRIVATE_ADDRESSES
  - LOG_LEVEL
  - DRAIN_DELAY_MS
  - SHUTDOWN_DEADLINE_MS
migrate:
  - DATABASE_DIRECT_URL
  - SUPABASE_DB_PASSWORD
{{- end -}}

{{- define "hopsmeter.requiredByProcess" -}}
ingest: [DATABASE_URL, REDIS_URL]
worker: [DATABASE_URL, REDIS_URL]
api: [DATABASE_URL, SUPABASE_SERVICE_ROLE_KEY]
migrate: [DATABASE_DIRECT_URL]
{{- end -}}

{{- /*
  What is set, as environment variables: root, component, settings, secrets. JSON, because Helm would print large
  numbers with an exponent.
*/ -}}
{{- define "hopsmeter.settings" -}}
{{- $settings := .settings -}}
{{- $secrets := .secrets -}}
{{- $redis := .root.Values.redis -}}
{{- $name := include "hopsmeter.name" .root -}}
{{- range $required := index (include "hopsmeter.requiredByProcess" . | fromYaml) .component -}}
{{- if not (or (index $settings $required) (index $secrets $required) (and $redis.enabled (eq $required "REDIS_URL"))) -}}
{{- fail (printf "%s is required, among settings or secrets" $required) -}}
{{- end -}}
{{- end -}}
{{- range $setting := index (include "hopsmeter.settingsByProcess" . | fromYaml) .component -}}
{{- $secret := index $secrets $setting -}}
{{- $value := index $settings $setting -}}
{{- if and $redis.enabled (eq $setting "REDIS_URL") }}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $redis.password.name | quote }}, key: {{ $redis.password.key | quote }} } }
- { name: REDIS_URL, value: {{ printf "redis://:$(REDIS_PASSWORD)@%s-redis:6379" $name | quote }} }
{{- else }}
{{- if and $secret (not (kindIs "invalid" $value)) }}
{{- fail (printf "%s is among settings and among secrets" $setting) }}
{{- end }}
{{- if $secret }}
- name: {{ $setting }}
  valueFrom: { secretKeyRef: { name: {{ $secret.name | quote }}, key: {{ $secret.key | quote }} } }
{{- end }}
{{- if not (kindIs "invalid" $value) }}
- { name: {{ $setting }}, value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }} }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
