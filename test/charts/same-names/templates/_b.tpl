{{ define "name" }}root b{{ end }}
