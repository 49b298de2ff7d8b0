{{- /* A backlog is worked off before workers go: fewer of them would let it grow again. */ -}}
{{- define "hopsmeter.workerScaling" -}}
scaleUp:
  stabilizationWindowSeconds: 30
  policies:
    - { type: Pods, value: 2, periodSeconds: 60 }
scaleDown:
  stabilizationWindowSeconds: 600
  policies:
    - { type: Pods, value: 1, periodSeconds: 120 }
{{- end -}}
