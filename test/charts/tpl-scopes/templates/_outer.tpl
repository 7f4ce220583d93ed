{{ define "outer" }}outer of {{ .Template.Name }}{{ end }}
