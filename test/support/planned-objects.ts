import { planRepository } from '../../src/gitops/plan/plan-repository.ts';
import type { Plan } from '../../src/gitops/plan/plan.ts';
import { createManifestReader } from '../../src/gitops/render/manifest-reader.ts';
import { createResolver } from '../../src/gitops/source/resolver.ts';
import { memoryHome } from './memory-tree.ts';

/** An Application `devnet` for the namespace of that name, whose source is the folder `devnet`. */
export const devnetApplication = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: devnet, namespace: argocd}
spec:
  source: {repoURL: ., path: devnet}
  destination: {server: https://kubernetes.default.svc, namespace: devnet}
`;

type Annotations = Readonly<Record<string, string>>;

/** Plans the Application `devnet` with these documents in its folder, each `devnet/a.yaml` at its line, and perhaps more files. */
export async function planDocuments(documents: readonly object[], application = devnetApplication, files: Readonly<Record<string, string>> = {}): Promise<Plan> {
  const home = memoryHome({ 'app.yaml': application, 'devnet/a.yaml': documents.map((one) => `${JSON.stringify(one)}\n`).join('---\n'), ...files });
  const { applications } = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
  const one = applications.find(({ application: { metadata } }) => metadata.name === 'devnet');
  if (one?.kind !== 'planned') throw new Error('the Application was not planned');
  return one.plan;
}

/** A workload with environment from Secrets: `NAME`, the whole of it, or `NAME/KEY`. */
export function workload(kind: 'Deployment' | 'Job', name: string, secrets: readonly string[], annotations: Annotations = {}) {
  const named = secrets.map((one) => one.split('/'));
  const envFrom = named.flatMap(([secret, key]) => (key === undefined ? [{ secretRef: { name: secret } }] : []));
  const env = named.flatMap(([secret, key], index) => (key === undefined ? [] : [{ name: `E${index}`, valueFrom: { secretKeyRef: { name: secret, key } } }]));
  const template = { metadata: { labels: { app: name } }, spec: { ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}), containers: [{ name: 'c', image: 'registry.example/c:1', env, envFrom }] } };
  return { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, metadata: { name, annotations }, spec: { ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }), template } };
}

/** A Certificate whose Secret has its own name. */
export function certificate(name: string, annotations: Annotations = {}, dnsNames: readonly string[] = ['a.example']) {
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name, annotations }, spec: { secretName: name, dnsNames, issuerRef: { name: 'ca' } } };
}

export const inWave = (value: number): Annotations => ({ 'argocd.argoproj.io/sync-wave': String(value) });
export const asHook = (phase: string): Annotations => ({ 'argocd.argoproj.io/hook': phase });
export const providing = (secrets: string): Annotations => ({ 'prelude.dev/provides': secrets });
