{{ define "name" }}aunt{{ end }}{{ define "child-only" }}aunt{{ end }}{{ define "blocked" }}aunt block{{ end }}
