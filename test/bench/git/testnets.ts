import type { KubeObject } from '../../../src/api/object.ts';
import { printYaml } from '../../../src/lib/yaml-print.ts';

/** A folder of the repository, and the Application that is for it. */
export interface BenchTestnet {
  /** Its namespace, its Application and its folder are called by it. */
  readonly name: string;
  /** Files of the repository, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly application: KubeObject;
  /** What the provider holds for it, by key. */
  readonly remote: ReadonlyMap<string, string>;
}

/** Where Applications of testnets lie that another Application brings in. */
export const applicationFolder = 'applications';

const labelled = (name: string): object => ({ 'app.kubernetes.io/part-of': name });

/**
 * A small testnet: an ExternalSecret of two values, a ConfigMap, a Service and a Deployment that reads the Secret. It runs no pod: those of
 * a thousand would be the machine's work and not the controller's.
 * @param setting a value of its ConfigMap, so that a commit can change just that
 */
export function makeTestnet(name: string, repoURL: string, setting = 'first'): BenchTestnet {
  const keys = [`bench/${name}/key`, `bench/${name}/password`] as const;
  const data = [
    { secretKey: 'key', remoteRef: { key: keys[0] } },
    { secretKey: 'password', remoteRef: { key: keys[1] } },
  ];
  const objects: Readonly<Record<string, object>> = {
    secret: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'node' }, spec: { refreshInterval: '1h', secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' }, target: { name: 'node' }, data } },
    config: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'node' }, data: { setting } },
    service: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'node' }, spec: { selector: labelled(name), ports: [{ name: 'p2p', port: 8302 }] } },
    deployment: deployment(name),
  };
  return {
    name,
    files: new Map(Object.entries(objects).map(([file, object]) => [`testnets/${name}/${file}.yaml`, printYaml(object)])),
    application: makeApplication(name, repoURL, { path: `testnets/${name}`, namespace: name }),
    remote: new Map(keys.map((key) => [key, `value of ${key}`])),
  };
}

function deployment(name: string): object {
  const env = ['key', 'password'].map((key) => ({ name: key.toUpperCase(), valueFrom: { secretKeyRef: { name: 'node', key } } }));
  const container = { name: 'node', image: 'registry.example/node:1.0.0', envFrom: [{ configMapRef: { name: 'node' } }], env, ports: [{ name: 'p2p', containerPort: 8302 }] };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'node' }, spec: { replicas: 0, selector: { matchLabels: labelled(name) }, template: { metadata: { labels: labelled(name) }, spec: { containers: [container] } } } };
}

/** An Application that keeps a folder of the repository in a namespace. */
export function makeApplication(name: string, repoURL: string, { path, namespace }: { readonly path: string; readonly namespace: string }): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace: 'argocd', name },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}
