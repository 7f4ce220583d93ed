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
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) }}{{ fail "several pods would all write: with replicas above 1, leaderElection.enabled must be true" }}{{ end -}}
{{- join "," $halves -}}
{{- end }}

{{/* Not empty where several may run, and events have to come to the one that leads. */}}
{{- define "prelude.eventsToLeader" -}}
{{- if and (gt (int .Values.replicas) 1) .Values.events.sources .Values.events.listen }}yes{{ end -}}
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

{{/* Whether the API server asks the controller about anything: then it has a certificate, a port and a Service. */}}
{{- define "prelude.servesWebhook" -}}
{{- if or .Values.webhook.enabled .Values.podGate.enabled }}true{{ end -}}
{{- end }}

{{/* What of the controller's own files would make it read them anew: it does so at the start only. Empty where it has none. */}}
{{- define "prelude.fileSums" -}}
{{- with .Values.events.sources }}
prelude.dev/events-config: {{ toYaml . | sha256sum }}
{{- end }}
{{- if .Values.git.enabled }}
{{- if .Values.notify.services }}
prelude.dev/notify-config: {{ omit .Values.notify "egressPorts" | toYaml | sha256sum }}
{{- end }}
{{- with .Values.git.healthRules }}
prelude.dev/health-rules: {{ toYaml . | sha256sum }}
{{- end }}
{{- end }}
{{- end }}
