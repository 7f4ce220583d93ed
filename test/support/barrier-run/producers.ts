import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../../../src/api/object.ts';
import { isKubeError } from '../../../src/kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { customResourceDefinitionType, jobType, secretType } from '../../../src/kube/resource-types.ts';
import { at } from '../raw-api.ts';
import type { RuntimeMaker } from './runtime-makers.ts';
import type { RunSecret, Scenario } from './scenario.ts';
import { valueOf } from './values.ts';

const custom = (group: string, version: string, kind: string, plural: string): ResourceType => ({ group, version, kind, plural, namespaced: true, statusSubresource: true });

/** What the runs' producers are. */
const types: Readonly<Record<RuntimeMaker, ResourceType>> = {
  certificate: custom('cert-manager.io', 'v1', 'Certificate', 'certificates'),
  ingress: custom('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  connection: custom('db.example.org', 'v1', 'Database', 'databases'),
  export: custom('services.k8s.aws', 'v1alpha1', 'FieldExport', 'fieldexports'),
  queue: custom('rabbitmq.com', 'v1beta1', 'RabbitmqCluster', 'rabbitmqclusters'),
  job: jobType,
  hook: jobType,
};

/** The definitions of those kinds, with nothing in them but what these runs need. */
export async function installProducerKinds(cluster: Cluster, signal: AbortSignal): Promise<void> {
  for (const { group, version, kind, plural } of [types.certificate, types.connection, types.export, types.queue]) {
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } };
    const spec = { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` }, versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }] };
    const metadata = { name: `${plural}.${group}`, ...(group.endsWith('k8s.io') ? { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } } : {}) };
    await cluster.create(customResourceDefinitionType, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec }, { fieldManager: 'test' }, signal);
  }
}

function typeOf({ maker }: RunSecret): ResourceType | undefined {
  return maker === 'external' || maker === 'sealed' || maker === 'sops' || maker === 'token' || maker === 'person' ? undefined : types[maker];
}

/** Its name, where that is not the Secret's. */
function nameOf({ name }: RunSecret): string {
  return name.replace(/-default-user$/, '');
}

/** The object that makes a Secret as it runs; undefined for a Secret of another kind. It is no part of the chart: it comes before who needs it. */
export function producerOf(secret: RunSecret, version: number | string): KubeObject | undefined {
  const type = typeOf(secret);
  if (type === undefined) return undefined;
  const { maker, keys } = secret;
  const provides = { 'prelude.dev/provides': keys.map((key) => `${secret.name}/${key}`).join(',') };
  const pods = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/maker:1' }] } } };
  const parts: Partial<Record<RunSecret['maker'], { readonly annotations?: Readonly<Record<string, string>>; readonly spec: object }>> = {
    certificate: { spec: { secretName: secret.name, commonName: `v${version}`, issuerRef: { name: 'ca' } } },
    ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'ca' }, spec: { tls: [{ secretName: secret.name, hosts: ['a.example'] }], defaultBackend: { service: { name: 'node', port: { number: 80 } } } } },
    connection: { spec: { writeConnectionSecretToRef: { name: secret.name }, forVersion: version } },
    export: { spec: { from: { path: '.status.x', resource: { group: 'db.example.org', kind: 'Database', name: 'x' } }, to: { kind: 'secret', name: secret.name, key: keys[0] } } },
    queue: { spec: { forVersion: version } },
    job: { annotations: provides, spec: pods },
    hook: { annotations: { ...provides, 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '-1' }, spec: pods },
  };
  const { annotations = {}, spec } = parts[maker] ?? { spec: {} };
  return { apiVersion: `${type.group}/${type.version}`, kind: type.kind, metadata: { name: nameOf(secret), annotations }, spec };
}

/** The version that a live producer asks for; 1 where its kind knows none. */
function versionOf(live: KubeObject): number {
  const said = at(live, 'spec', 'forVersion') ?? at(live, 'spec', 'commonName');
  return typeof said === 'number' || typeof said === 'string' ? Number(`${said}`.replace('v', '')) : 1;
}

/** Milliseconds between two looks at a producer. */
const look = 150;

/** The operators of a run: each makes its Secret some time after it sees what asks for one, of the version that is asked for, and says so. */
export async function operate(cluster: Cluster, { secrets }: Pick<Scenario, 'secrets'>, namespace: string, signal: AbortSignal): Promise<void> {
  await Promise.all(secrets.map(async (secret) => {
    const type = typeOf(secret);
    if (type === undefined) return;
    for (let made = ''; !signal.aborted; await pause(look, undefined, { signal })) {
      try {
        made = await makeOnce(cluster, type, secret, { namespace, made, signal });
      } catch (error) {
        // the namespace goes, or somebody else was faster: there is another look
        if (!isKubeError(error)) throw error;
      }
    }
  }));
}

interface Making {
  readonly namespace: string;
  /** What was made last: the producer's uid and generation. */
  readonly made: string;
  readonly signal: AbortSignal;
}

async function makeOnce(cluster: Cluster, type: ResourceType, secret: RunSecret, { namespace, made, signal }: Making): Promise<string> {
  const key = { namespace, name: nameOf(secret) };
  const live = await cluster.get(type, key, signal);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return made;
  const { uid = '', generation = 0 } = live.metadata;
  if (made === `${uid} ${generation}`) return made;
  await pause(secret.late / 2, undefined, { signal });
  const values = secret.keys.map((one) => [one, Buffer.from(valueOf(namespace, secret.name, one, versionOf(live))).toString('base64')]);
  const object: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: secret.name }, data: Object.fromEntries(values) };
  const there = await cluster.get(secretType, { namespace, name: secret.name }, signal);
  const options = { fieldManager: 'operator' };
  if (there === undefined) await cluster.create(secretType, object, options, signal);
  else await cluster.update(secretType, { ...object, metadata: there.metadata }, options, signal);
  const ready = { type: 'Ready', status: 'True', observedGeneration: generation, reason: 'Made', message: 'made', lastTransitionTime: new Date().toISOString() };
  if (secret.maker === 'ingress') await cluster.patchStatus(type, key, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }, options, signal);
  else if (type !== jobType) await cluster.patchStatus(type, key, { observedGeneration: generation, conditions: [ready] }, options, signal);
  return `${uid} ${generation}`;
}
