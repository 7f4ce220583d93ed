{{ define "name" }}grand{{ end }}{{ define "child-only" }}grand too{{ end }}
