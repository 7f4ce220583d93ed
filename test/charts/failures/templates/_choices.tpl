{{- define "recursion" }}{{ include "recursion" . }}{{ end }}
{{- define "tpl-recursion" }}{{ tpl .Values.text . }}{{ end }}
