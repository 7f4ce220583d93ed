{{- /* Checksums of what a node reads as it starts, so that a new password rolls every node and a new libp2p key pair the seed alone. */ -}}
{{- define "testnet.nodeChecksums" -}}
checksum/config: {{ include (print .Template.BasePath "/config.yaml") . | sha256sum }}
{{- if .Values.keyPassword }}
checksum/key-password: {{ include (print .Template.BasePath "/key-password.yaml") . | sha256sum }}
{{- end }}
{{- end }}

{{- define "testnet.nodeEnvironment" -}}
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- if .Values.keyPassword }}
- name: KEY_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "testnet.passwordSecret" . }}
      key: password
{{- end }}
{{- end }}

{{- define "testnet.nodeSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
{{- end }}

{{- define "testnet.configVolume" -}}
- name: config
  configMap:
    name: testnet-config
{{- end }}

{{- define "testnet.configMount" -}}
- name: config
  mountPath: /config
  readOnly: true
{{- end }}
