{{- define "who" -}}alpha: {{ .Chart.Name }}{{- end -}}
{{- define "only-alpha" -}}alpha has this{{- end -}}
