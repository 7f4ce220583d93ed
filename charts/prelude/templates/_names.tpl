{{- define "prelude.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "prelude.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "prelude.labels" -}}
{{ include "prelude.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "prelude.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "prelude.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "prelude.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* The halves that are on, joined by a comma. */}}
{{- define "prelude.halves" -}}
{{- $halves := concat (.Values.secrets.enabled | ternary (list "secrets") list) (.Values.git.enabled | ternary (list "git") list) (.Values.sealedSecrets.enabled | ternary (list "sealed") list) -}}
{{- if not $halves }}{{ fail "nothing would run: set secrets.enabled, git.enabled, sealedSecrets.enabled or several" }}{{ end -}}
{{- join "," $halves -}}
{{- end }}

{{/* Where the keys of SealedSecrets are. */}}
{{- define "prelude.sealingKeyNamespace" -}}
{{- default .Release.Namespace .Values.sealedSecrets.keyNamespace -}}
{{- end }}

{{/* The namespaces whose Applications are read, as a JSON list. */}}
{{- define "prelude.applicationNamespaces" -}}
{{- default (list .Release.Namespace) .Values.git.applicationNamespaces | toJson -}}
{{- end }}

{{/* A RoleBinding or ClusterRoleBinding's roleRef and subjects. Takes a dict: root, role (Role or ClusterRole), name. */}}
{{- define "prelude.bind" -}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .role }}
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "prelude.serviceAccount" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
