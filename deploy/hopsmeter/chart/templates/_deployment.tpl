{{- /*
  A process that runs all the time: root, component, settings, secrets, what its own settings begin with (prefix), port,
  whether others connect to that (isServer), and whether an autoscaler sets its replicas (isScaled).
*/ -}}
{{- define "hopsmeter.deployment" -}}
{{- $values := index .root.Values .component -}}
{{- $deadlineMs := int (.root.Values.settings.SHUTDOWN_DEADLINE_MS | default 25000) -}}
{{- if gt (add (int (.root.Values.settings.DRAIN_DELAY_MS | default 0)) 10000) $deadlineMs -}}
{{- fail "settings.DRAIN_DELAY_MS: SHUTDOWN_DEADLINE_MS must be at least 10000 more, the time that closing needs" -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "hopsmeter.name" .root }}-{{ .component }}
  labels:
    {{- include "hopsmeter.labels" . | nindent 4 }}
spec:
  {{- if not .isScaled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  # A new pod is ready before an old one goes.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 25%, maxUnavailable: 0 }
  # One that exits at once is no progress.
  minReadySeconds: 5
  selector:
    matchLabels:
      {{- include "hopsmeter.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "hopsmeter.labels" . | nindent 8 }}
        {{- with .root.Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "hopsmeter.serviceAccountName" .root }}
      {{- include "hopsmeter.podSpec" (set . "podSecurityContext" .root.Values.podSecurityContext) | nindent 6 }}
      # Above SHUTDOWN_DEADLINE_MS. No preStop sleeps: DRAIN_DELAY_MS is that, and is part of the deadline.
      terminationGracePeriodSeconds: {{ add (div $deadlineMs 1000) 15 }}
      topologySpreadConstraints:
        {{- range $key := .root.Values.topologyKeys }}
        - topologyKey: {{ $key }}
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "hopsmeter.selectorLabels" $ | nindent 14 }}
        {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "hopsmeter.image" . | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [node, services/{{ .component }}/dist/main.js]
          env:
            - { name: {{ .prefix }}_HOST, value: 0.0.0.0 }
            - { name: {{ .prefix }}_PORT, value: '{{ .port }}' }
            # A port of its own, so that probes do not wait behind other connections.
            - { name: HEALTH_PORT, value: '4300' }
            {{- include "hopsmeter.settings" . | trim | nindent 12 }}
            {{- with include "hopsmeter.caEnv" .root | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .root.Values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- if .isServer }}
            - { name: http, containerPort: {{ .port }}, protocol: TCP }
            {{- end }}
            - { name: health, containerPort: 4300, protocol: TCP }
          startupProbe:
            httpGet: { path: /livez, port: health }
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 30
          # It answers: nothing that it needs is asked. A pod whose Postgres is away must wait, not be restarted.
          livenessProbe:
            httpGet: { path: /livez, port: health }
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: health }
            periodSeconds: 3
            timeoutSeconds: 3
            failureThreshold: 2
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- toYaml .root.Values.securityContext | nindent 12 }}
          volumeMounts:
            {{- include "hopsmeter.volumeMounts" .root | nindent 12 }}
      volumes:
        {{- include "hopsmeter.volumes" .root | nindent 8 }}
{{- end -}}
