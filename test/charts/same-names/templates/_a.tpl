{{ define "name" }}root a{{ end }}{{ define "only-a" }}a{{ end }}
