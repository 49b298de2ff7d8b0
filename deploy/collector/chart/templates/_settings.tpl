{{- /* What is set, as environment variables. JSON, because Helm would print large numbers with an exponent. */ -}}
{{- define "collector.settings" -}}
{{- $settings := .Values.settings -}}
{{- $_ := required "settings.CLUSTER_ID: the cluster's id, as hopsmeter lists it, is required" $settings.CLUSTER_ID -}}
{{- $_ := required "settings.INGEST_URL: where events are sent is required" $settings.INGEST_URL -}}
{{- range $name, $value := $settings -}}
{{- if not (kindIs "invalid" $value) }}
- { name: {{ $name }}, value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }} }
{{- end }}
{{- end }}
{{- with .Values.gpuModels }}
- { name: GPU_MODELS, value: {{ toJson . | quote }} }
{{- end }}
{{- end -}}
