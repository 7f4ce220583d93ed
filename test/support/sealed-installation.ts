import { readFileSync } from 'node:fs';
import { inject, vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import { parseSealedSecretStatus } from '../../src/api/sealed-secret.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { customResourceDefinitionType, deploymentType, podType, sealedSecretType, serviceType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { readCrdFile } from './crd-examples.ts';
import { readAuditLog } from './parts/audit-log.ts';
import type { AuditEntry } from './parts/audit-log.ts';
import { startControlPlane } from './parts/control-plane.ts';
import { freePorts } from './parts/free-ports.ts';
import { type SealedController, startSealedController } from './sealed-controller.ts';
import { openServiceTunnel } from './service-tunnel.ts';

/** A cluster in which Sealed Secrets is installed, as its chart does it: definition, Deployment, Service, keys in kube-system. */
export interface SealedInstallation {
  readonly cluster: Cluster;
  readonly kubeconfig: string;
  readonly audit: () => readonly AuditEntry[];
  /** Starts Sealed Secrets' controller; the Service leads to it. */
  readonly startTheirs: (args?: readonly string[]) => Promise<SealedController>;
  /** Starts `prelude run` for SealedSecrets alone; the Service leads to it. */
  readonly startOurs: (args?: readonly string[]) => Promise<ControllerProcess>;
  /** Puts our definition into the place of theirs, as our chart does. */
  readonly define: () => Promise<void>;
  readonly scale: (deployment: string, replicas: number) => Promise<void>;
  readonly list: (type: ResourceType, namespace: string) => Promise<ReadonlyMap<string, KubeObject>>;
  /** Waits until every SealedSecret of a namespace says that it is in sync. */
  readonly untilSynced: (namespace: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const keyNamespace = 'kube-system';
const service = 'sealed-secrets-controller';
const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const endpointsType: ResourceType = { group: '', version: 'v1', kind: 'Endpoints', plural: 'endpoints', namespaced: true, statusSubresource: false };

function deployment(name: string, container: object): KubeObject {
  const labels = { 'app.kubernetes.io/instance': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: keyNamespace, name },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name, ...container }] } } },
  };
}

/** The pods of both Deployments are kwok's; the programs run on this machine, and the Service's proxy is led to them. */
const deployments = [
  deployment(service, { image: 'docker.io/bitnami/sealed-secrets-controller:0.40.0', command: ['controller'], args: ['--update-status'] }),
  deployment('prelude', { image: 'prelude:test', args: ['run', '--controllers=sealed', `--seal-key-namespace=${keyNamespace}`] }),
];

const pod = z.object({ metadata: z.object({ name: z.string() }), status: z.object({ podIP: z.string() }) });

/**
 * Installs it on a control plane of its own.
 * @param compileCache where Node keeps what it has compiled: our controller starts several times
 */
export async function installSealedSecrets(compileCache: string): Promise<SealedInstallation> {
  const tunnel = await openServiceTunnel();
  const plane = await startControlPlane(inject('parts'), { apiServerFlags: tunnel.flags });
  const cluster = await openCluster({ kubeconfig: plane.kubeconfig, userAgent: 'prelude/test' });
  const { controller: program, crd } = inject('parts').sealedSecrets;
  await furnish(cluster, parseYaml(readFileSync(crd))[0]?.value);
  const leadTo = async (name: string, port: number): Promise<void> => {
    tunnel.leadTo(port);
    await vi.waitFor(() => pointTo(cluster, name), { timeout: 30_000, interval: 100 });
  };
  return {
    cluster,
    kubeconfig: plane.kubeconfig,
    audit: () => readAuditLog(plane.auditLog),
    startTheirs: async (args = []) => {
      const controller = await startSealedController({ program, facts: plane, namespace: keyNamespace, args });
      await leadTo(service, controller.port);
      return controller;
    },
    startOurs: async (args = []) => {
      const [port = 0] = await freePorts(1);
      const controller = await startController({ kubeconfig: plane.kubeconfig, args: ['--controllers', 'sealed', '--namespace', keyNamespace, '--seal-listen', `127.0.0.1:${port}`, ...args], env: { NODE_COMPILE_CACHE: compileCache } });
      await leadTo('prelude', port);
      return controller;
    },
    define: () => apply(cluster, customResourceDefinitionType, readCrdFile('bitnami.com_sealedsecrets.yaml')),
    scale: (name, replicas) => scale(cluster, name, replicas),
    list: (type, namespace) => listIn(cluster, type, namespace),
    untilSynced: (namespace) => vi.waitFor(() => expectSynced(cluster, namespace), { timeout: 120_000, interval: 500 }),
    stop: async () => {
      await cluster.close();
      await plane.stop();
      await tunnel.close();
    },
  };
}

async function furnish(cluster: Cluster, definition: unknown): Promise<void> {
  await apply(cluster, customResourceDefinitionType, definition);
  for (const object of deployments) await apply(cluster, deploymentType, object);
  await apply(cluster, serviceType, { apiVersion: 'v1', kind: 'Service', metadata: { namespace: keyNamespace, name: service }, spec: { ports: [{ name: 'http', port: 8080 }] } });
}

async function listIn(cluster: Cluster, type: ResourceType, namespace: string): Promise<ReadonlyMap<string, KubeObject>> {
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(type, { namespace }, never)) found.push(...items);
  return new Map(found.map((object) => [object.metadata.name, object]));
}

/** Has the Service consist of the pod of a Deployment: the API server connects to addresses of pods alone. */
async function pointTo(cluster: Cluster, name: string): Promise<void> {
  const pods = [...(await listIn(cluster, podType, keyNamespace)).values()].filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === name);
  await apply(cluster, endpointsType, endpointsOf(pod.parse(pods[0])));
}

async function scale(cluster: Cluster, name: string, replicas: number): Promise<void> {
  const object = await cluster.get(deploymentType, { namespace: keyNamespace, name }, never);
  if (object === undefined) throw new Error(`there is no Deployment ${name}`);
  await cluster.update(deploymentType, { ...object, spec: { ...(object as { readonly spec?: object }).spec, replicas } }, by, never);
}

async function expectSynced(cluster: Cluster, namespace: string): Promise<void> {
  const others = [...(await listIn(cluster, sealedSecretType, namespace)).values()].flatMap((object) => {
    const found = parseSealedSecretStatus(object).conditions.find(({ type }) => type === 'Synced');
    return found?.status === 'True' ? [] : [`${object.metadata.name}: ${found?.message ?? 'no condition'}`];
  });
  if (others.length > 0) throw new Error(`${others.length} are not in sync: ${others.slice(0, 10).join('\n')}`);
}

function endpointsOf({ metadata: { name }, status: { podIP: ip } }: z.output<typeof pod>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { namespace: keyNamespace, name: service },
    subsets: [{ addresses: [{ ip, targetRef: { kind: 'Pod', namespace: keyNamespace, name } }], ports: [{ name: 'http', port: 8080 }] }],
  };
}

const anyObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

async function apply(cluster: Cluster, type: ResourceType, object: unknown): Promise<void> {
  await cluster.apply(type, anyObject.parse(object), { ...by, force: true }, never);
}
