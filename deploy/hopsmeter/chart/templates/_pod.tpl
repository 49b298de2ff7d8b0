{{- /* What every pod of ours has: root, component, podSecurityContext. */ -}}
{{- define "hopsmeter.podSpec" -}}
automountServiceAccountToken: false
# Kubernetes would set INGEST_PORT and others to addresses of Services that have such names.
enableServiceLinks: false
securityContext:
  {{- toYaml .podSecurityContext | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* root, component */ -}}
{{- define "hopsmeter.image" -}}
{{- $image := .root.Values.image -}}
{{- $tag := $image.tag | default .root.Chart.AppVersion -}}
{{- $own := index .root.Values .component -}}
{{- if $own.imageTag -}}
{{- printf "%s:%s" $image.repository $own.imageTag -}}
{{- else -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository $tag -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What is mounted into each container, and where: root. */ -}}
{{- define "hopsmeter.volumeMounts" -}}
# The file system is read-only.
- { name: tmp, mountPath: /tmp }
{{- if .Values.caBundle.existingConfigMap }}
- { name: ca, mountPath: /etc/hopsmeter/ca, readOnly: true }
{{- end }}
{{- end -}}

{{- define "hopsmeter.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
{{- if .Values.caBundle.existingConfigMap }}
- name: ca
  configMap:
    name: {{ .Values.caBundle.existingConfigMap | quote }}
    items:
      - { key: {{ .Values.caBundle.key | quote }}, path: {{ .Values.caBundle.key | quote }} }
{{- end }}
{{- end -}}

{{- define "hopsmeter.caEnv" -}}
{{- if .Values.caBundle.existingConfigMap }}
- { name: NODE_EXTRA_CA_CERTS, value: {{ printf "/etc/hopsmeter/ca/%s" .Values.caBundle.key | quote }} }
{{- end }}
{{- end -}}
