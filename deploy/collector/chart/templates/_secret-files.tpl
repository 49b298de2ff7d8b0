{{- /* The settings whose files are mounted, with their keys in the Secret. */ -}}
{{- define "collector.secretFiles" -}}
{{- $files := dict -}}
{{- $needs := dict
  "CLUSTER_KEY_FILE" "CLUSTER_ID"
  "RONDB_PASSWORD_FILE" "RONDB_HOST"
  "HOPSWORKS_API_KEY_FILE" "HOPSWORKS_URL"
  "PROMETHEUS_TOKEN_FILE" "PROMETHEUS_URL" -}}
{{- range $file, $key := .Values.secretKeys -}}
{{- if and $key (index $.Values.settings (index $needs $file)) -}}
{{- $_ := set $files $file $key -}}
{{- end -}}
{{- end -}}
{{- toYaml $files -}}
{{- end -}}
