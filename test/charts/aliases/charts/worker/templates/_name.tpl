{{- define "worker.name" }}{{ .Chart.Name }}-{{ .Values.size }}{{ end -}}
