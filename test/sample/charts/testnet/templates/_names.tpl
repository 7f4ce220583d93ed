{{- /* The testnet's name is the release's: one namespace holds one testnet, so objects go without a prefix. */ -}}
{{- define "testnet.labels" -}}
{{ include "testnet.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "testnet.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "testnet.podLabels" -}}
{{ toYaml (merge (include "testnet.labels" . | fromYaml) .root.Values.podLabels) }}
{{- end }}

{{- /* root, image: an image of the registry, of the chart's appVersion unless it says a tag. */ -}}
{{- define "testnet.image" -}}
{{ .root.Values.global.registry }}/{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "testnet.pullSecrets" -}}
{{- with .Values.global.imagePullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "testnet.serviceAccount" -}}
testnet
{{- end }}

{{- /* The Secrets that values go into. */ -}}
{{- define "testnet.passwordSecret" -}}
node-key-password
{{- end }}

{{- define "testnet.libp2pSecret" -}}
seed-libp2p
{{- end }}
