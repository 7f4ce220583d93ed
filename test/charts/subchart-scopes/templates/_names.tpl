{{- define "who" -}}root: {{ .Chart.Name }} {{ .Template.Name }}{{- end -}}
