import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../src/lib/yaml.ts';
import { runCli } from '../support/cli-process.ts';
import { helmEnvironment } from '../support/render/helm-release.ts';

const values = `replicas: 2
buildkite:
  organization: acme
  pipelines: [nightly, pull-request]
grafana:
  ingress: { enabled: true, host: ci.testnets.example }
postgres:
  storage: 10Gi
`;

/** As it is written for Argo CD: a block of values and a release name, no field of ours. */
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ci-dashboard
  namespace: argocd
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  info:
    - name: url
      value: https://ci.testnets.example
  source:
    repoURL: https://github.com/acme/gitops.git
    targetRevision: main
    path: platform/ci-dashboard
    helm:
      releaseName: ci-dashboard
      values: |
${values.replaceAll(/^/gm, '        ').trimEnd()}
  destination:
    server: https://kubernetes.default.svc
    namespace: ci-dashboard
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    retry:
      limit: 5
      backoff:
        duration: 15s
        factor: 2
        maxDuration: 10m
    syncOptions:
      - CreateNamespace=true
`;

const fromSecret = (variable: string, name: string, key: string): string => `            - {name: ${variable}, valueFrom: {secretKeyRef: {name: ${name}, key: ${key}}}}\n`;
const externalSecret = (name: string, key: string): string =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n  refreshInterval: {{ .Values.refreshInterval }}\n  secretStoreRef: {kind: ClusterSecretStore, name: {{ .Values.store }}}\n  data:\n    - {secretKey: ${key}, remoteRef: {key: ci/${name}}}\n`;

/** Metrics of builds go into Postgres, and Grafana shows them. */
const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: ci-dashboard\nversion: 0.3.0\nappVersion: "1.8"\n',
  'values.yaml': 'replicas: 1\nstore: platform\nrefreshInterval: 1h\nbuildkite: {organization: "", pipelines: []}\ngrafana: {ingress: {enabled: false, host: ""}}\npostgres: {storage: 1Gi}\n',
  'dashboards/builds.json': '{"title": "Builds of {{ pipeline }}", "panels": []}\n',
  'templates/_names.tpl': '{{- define "labels" -}}\napp.kubernetes.io/instance: {{ .Release.Name }}\napp.kubernetes.io/version: {{ .Chart.AppVersion | quote }}\n{{- end }}\n',
  'templates/secrets.yaml': ['buildkite-token', 'ci-database', 'grafana-admin'].map((name) => externalSecret(name, name === 'buildkite-token' ? 'token' : 'password')).join('---\n'),
  'templates/collector.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-collector
  labels: {{- include "labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: collector}}
  template:
    metadata:
      labels: {app: collector}
      annotations: {checksum/pipelines: {{ .Values.buildkite.pipelines | toJson | sha256sum }}}
    spec:
      containers:
        - name: collector
          image: registry.example/ci/collector:{{ .Chart.AppVersion }}
          args: [--organization={{ required "buildkite.organization is needed" .Values.buildkite.organization }}{{ range .Values.buildkite.pipelines }}, --pipeline={{ . }}{{ end }}]
          env:
${fromSecret('BUILDKITE_TOKEN', 'buildkite-token', 'token')}${fromSecret('PGPASSWORD', 'ci-database', 'password')}`,
  'templates/postgres.yaml': `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: {{ .Release.Name }}-postgres, namespace: {{ .Release.Namespace }}}
spec:
  serviceName: postgres
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec:
      containers:
        - name: postgres
          image: registry.example/postgres:17
          env:
${fromSecret('POSTGRES_PASSWORD', 'ci-database', 'password')}  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: {{ .Values.postgres.storage }}}}}
`,
  'templates/grafana.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: dashboards}
data:
{{ (.Files.Glob "dashboards/*").AsConfig | indent 2 }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-grafana}
spec:
  selector: {matchLabels: {app: grafana}}
  template:
    metadata: {labels: {app: grafana}}
    spec:
      containers:
        - name: grafana
          image: registry.example/grafana:12.1.0
          env:
${fromSecret('GF_SECURITY_ADMIN_PASSWORD', 'grafana-admin', 'password')}{{- with .Values.grafana.ingress }}
{{- if .enabled }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: {{ $.Release.Name }}}
spec:
  rules:
    - host: {{ .host }}
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: grafana, port: {number: 80}}}}]}
{{- end }}
{{- end }}
`,
};

const store = 'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: platform}\nspec: {provider: {fake: {data: []}}}\n';
const stores = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: stores}\nspec: {source: {repoURL: ., path: stores}, destination: {name: in-cluster, namespace: argocd}}\n';

const manifest = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }) });
const list = z.object({ items: z.array(manifest) });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-dashboard-'));
  const files = { 'apps/ci-dashboard.yaml': application, 'apps/stores.yaml': stores, 'stores/platform.yaml': store, 'values-of-the-block.yaml': values };
  const all = { ...files, ...Object.fromEntries(Object.entries(chart).map(([path, text]) => [`platform/ci-dashboard/${path}`, text])) };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  // the work tree of the very repository that the Application names
  for (const args of [['init', '--quiet'], ['remote', 'add', 'origin', 'git@github.com:acme/gitops.git']]) execFileSync('git', args, { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("renders an Application with a block of values and a release name, as it was written for Argo CD, to helm's own objects", async () => {
  const args = ['template', 'ci-dashboard', join(folder, 'platform/ci-dashboard'), '--namespace', 'ci-dashboard', '--values', join(folder, 'values-of-the-block.yaml')];
  const theirs = parseYaml(execFileSync(inject('parts').helm, args, { env: helmEnvironment(folder), encoding: 'utf8' })).map(({ value }) => manifest.parse(value));

  const { code, stdout, stderr } = await runCli(['render', folder, '--output', 'json']);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const ours = list.parse(JSON.parse(stdout)).items.filter(({ metadata }) => metadata.namespace === 'ci-dashboard');
  const byName = (objects: readonly z.infer<typeof manifest>[]) => new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
  const placed = theirs.map((object) => ({ ...object, metadata: { namespace: 'ci-dashboard', ...object.metadata } }));
  expect(ours).toHaveLength(8);
  expect(byName(ours)).toEqual(byName(placed));
});

it('plans it with what it needs, all of which the chart declares', async () => {
  const { code, stdout } = await runCli(['plan', folder]);

  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/ci-database +password +Deployment ci-dashboard-collector \+1 +provided +ExternalSecret ci-database/);
  expect(stdout).toMatch(/9 objects; 3 needs: 3 provided, 0 decided at the barrier, 0 missing\nready\n$/);
});
