{{ define "name" }}child{{ end }}{{ define "child-only" }}only in child{{ end }}{{ define "blocked" }}child block{{ end }}{{ define "twice" }}in child{{ end }}
