{{/*
What the secret half may do in a namespace. A Secret is made, brought up to date and, unless the values say so, never
deleted: garbage collection takes those whose ExternalSecret is gone.
*/}}
{{- define "prelude.secretRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: {{ concat (list "get" "list" "watch" "create" "update" "patch") (.Values.secrets.mayDelete | ternary (list "delete") list) | toJson }}
# templates may stand in ConfigMaps: their metadata is watched, the one that is named is read
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
- apiGroups: [external-secrets.io]
  resources: [externalsecrets, pushsecrets, secretstores]
  # update: to put on and take off the finalizers of objects whose deletion takes more than garbage collection
  verbs: [get, list, watch, update]
- apiGroups: [external-secrets.io]
  resources: [externalsecrets/status, pushsecrets/status, secretstores/status]
  verbs: [get, patch]
# a Secret names its ExternalSecret as the owner whose deletion it blocks, and a GeneratorState its user
- apiGroups: [external-secrets.io]
  resources: [externalsecrets/finalizers, pushsecrets/finalizers]
  verbs: [update]
- apiGroups: [generators.external-secrets.io]
  resources: {{ include "prelude.generators" . }}
  verbs: [get, list, watch]
- apiGroups: [generators.external-secrets.io]
  resources: [generatorstates]
  verbs: [get, list, watch, create, update, delete]
# clouds keep in the annotations of a service account as whom it acts
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get]
{{- if .Values.secrets.serviceAccountTokens }}
- apiGroups: [""]
  resources: [serviceaccounts/token]
  verbs: [create]
{{- end }}
{{- range .Values.secrets.genericTargets }}
- apiGroups: [{{ .group | quote }}]
  resources: [{{ .resource | quote }}]
  verbs: [get, list, watch, create, update, delete]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* The generators that are acted on. */}}
{{- define "prelude.generators" -}}
[acraccesstokens, ecrauthorizationtokens, fakes, gcraccesstokens, githubaccesstokens, passwords, sshkeys, stssessiontokens, uuids, vaultdynamicsecrets, webhooks]
{{- end }}

{{/* What the secret half may do besides, in the cluster. */}}
{{- define "prelude.secretClusterRules" -}}
- apiGroups: [external-secrets.io]
  resources: [clusterexternalsecrets, clusterpushsecrets, clustersecretstores]
  verbs: [get, list, watch, update]
- apiGroups: [external-secrets.io]
  resources: [clusterexternalsecrets/status, clusterpushsecrets/status, clustersecretstores/status]
  verbs: [get, patch]
# an ExternalSecret or PushSecret names the object that it was made by as its owner
- apiGroups: [external-secrets.io]
  resources: [clusterexternalsecrets/finalizers, clusterpushsecrets/finalizers]
  verbs: [update]
# those that a ClusterExternalSecret or a ClusterPushSecret makes
- apiGroups: [external-secrets.io]
  resources: [externalsecrets, pushsecrets]
  verbs: [create, delete]
- apiGroups: [generators.external-secrets.io]
  resources: [clustergenerators]
  verbs: [get, list, watch]
# a live External Secrets Operator is not joined, but told of
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [list]
# and is told from a Deployment that only looks like it by what its service account may do
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterrolebindings]
  verbs: [list]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  verbs: [get]
# the conditions of a cluster store select namespaces by their labels
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get, list, watch]
{{- end }}

{{/* What the Git half may do where it puts things: the barrier looks at Secrets and stores, the rest are the kinds in the values. */}}
{{- define "prelude.gitRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: {{ concat (list "get" "list" "watch" "create" "patch") (.Values.secrets.mayDelete | ternary (list "delete") list) | toJson }}
- apiGroups: [external-secrets.io]
  resources: [externalsecrets, secretstores]
  verbs: [get, list, watch]
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- range .Values.git.writableKinds }}
- apiGroups: {{ toJson .apiGroups }}
  resources: {{ toJson .resources }}
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
{{- with .Values.rbac.extraRules }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What the Git half may do besides, in the cluster. */}}
{{- define "prelude.gitClusterRules" -}}
- apiGroups: [""]
  resources: [namespaces]
  verbs: {{ .Values.git.createNamespaces | ternary (list "get" "list" "watch" "create" "patch") (list "get" "list" "watch") | toJson }}
- apiGroups: [external-secrets.io]
  resources: [clustersecretstores]
  verbs: [get, list, watch]
# charts ask what the cluster serves, and are rendered anew when that changes
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [get, list, watch]
{{- range .Values.git.writableClusterKinds }}
- apiGroups: {{ toJson .apiGroups }}
  resources: {{ toJson .resources }}
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
{{- end }}

{{/* What the half that opens SealedSecrets may do in a namespace. It deletes no Secret: garbage collection does. */}}
{{- define "prelude.sealedRules" -}}
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [list, watch]
- apiGroups: [bitnami.com]
  resources: [sealedsecrets/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, update]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* What it may do besides, in the cluster: ask who shows a token to the server for kubeseal. */}}
{{- define "prelude.sealedClusterRules" -}}
# a live controller of Sealed Secrets is not joined, but told of; it is told from a Deployment that only looks like one by what its
# service account may do
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterrolebindings]
  verbs: [list]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  verbs: [get]
{{- if .Values.sealedSecrets.serve }}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}
{{- end }}

{{/* What the Git half may do in its own namespace, where credentials and host keys of repositories are looked for, too. */}}
{{- define "prelude.credentialRules" -}}
- apiGroups: [""]
  resources: [secrets, configmaps]
  verbs: [get, list, watch]
{{- end }}

{{/* What the Git half may do where Applications are: they have no status subresource, so it must write the object. */}}
{{- define "prelude.applicationRules" -}}
- apiGroups: [argoproj.io]
  resources: [applications]
  # update: to take away the refresh annotation and the finalizer that was waited for; create and delete: those of ApplicationSets
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [argoproj.io]
  resources: [applicationsets]
  # update: to take away the annotation that asks for a refresh, and the finalizer
  verbs: [get, list, watch, update]
# what Applications may do
- apiGroups: [argoproj.io]
  resources: [appprojects]
  verbs: [get, list, watch]
- apiGroups: [argoproj.io]
  resources: [applicationsets/status]
  verbs: [patch]
# blockOwnerDeletion of their Applications, where the API server asks who may set it
- apiGroups: [argoproj.io]
  resources: [applicationsets/finalizers]
  verbs: [update]
# credentials of repositories, by their label; create: the key of the hashes that tell whether a Secret has changed
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create]
# host keys: argocd-ssh-known-hosts-cm
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
# an Application that a running Argo CD looks after is left to it
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [list]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* What the gate of pods may do in a namespace: see what declares Secrets, and take its gate off. It makes no pod and deletes none. */}}
{{- define "prelude.podGateRules" -}}
- apiGroups: [""]
  resources: [pods]
  # update: of a pod that exists, the API server lets labels and annotations, its images and the removal of gates be changed, and little else
  verbs: [get, list, watch, update]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch]
- apiGroups: [external-secrets.io]
  resources: [externalsecrets]
  verbs: [list, watch]
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* And in the cluster: nothing besides. */}}
{{- define "prelude.podGateClusterRules" -}}
{{- end }}

{{/* What it takes to be the one that works: the Lease, and where events come to the one that has it, their EndpointSlice. */}}
{{- define "prelude.leaderRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "prelude.fullname" . }}]
  verbs: [get, update]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
{{- if include "prelude.eventsToLeader" . }}
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  resourceNames: [{{ include "prelude.fullname" . }}-events]
  verbs: [patch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [create]
{{- end }}
{{- end }}
