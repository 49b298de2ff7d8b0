{{- define "hopsmeter.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}

{{- /* Of everything in the release. */ -}}
{{- define "hopsmeter.releaseLabels" -}}
app.kubernetes.io/name: hopsmeter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* What finds the pods of one process: root, component. */ -}}
{{- define "hopsmeter.selectorLabels" -}}
{{ include "hopsmeter.releaseLabels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- /* What an object is labelled with: root, component. */ -}}
{{- define "hopsmeter.labels" -}}
{{ include "hopsmeter.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: hopsmeter
{{- end -}}

{{- define "hopsmeter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "hopsmeter.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}
