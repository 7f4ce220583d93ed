import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject, ObjectKey } from '../../../src/api/object.ts';
import { isKubeError } from '../../../src/kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { configMapType, deploymentType, externalSecretType, namespaceType, secretType } from '../../../src/kube/resource-types.ts';
import { operate } from './producers.ts';
import type { Edit, Scenario } from './scenario.ts';
import { valueOf } from './values.ts';
import { createTurner } from './turner.ts';
import type { BarrierWorld } from './world.ts';

/** Those who work on the cluster of a run by hand, whatever the controller does meanwhile. */
export interface People {
  /** Prepares the namespaces as the scenario has them. */
  readonly prepare: () => Promise<void>;
  /** Puts what people make by hand, each when it is time, until all of it is there. */
  readonly supply: (signal: AbortSignal) => Promise<void>;
  /** Changes something by hand, where there is something to change. */
  readonly edit: (edit: Edit) => Promise<void>;
  /** How what the chart asks the cluster for is turned; undefined where it asks for nothing. */
  readonly turned: () => number | undefined;
  readonly cleanUp: () => Promise<void>;
}

const options = { fieldManager: 'person' };
const never = new AbortController().signal;
/** Keeps a namespace from going. */
const hold = { name: 'hold', finalizer: 'barrier-run.example/hold' };

export function createPeople({ cluster, sealingKey, age }: Pick<BarrierWorld, 'cluster' | 'sealingKey' | 'age'>, scenario: Scenario, { namespace, applications }: { readonly namespace: string; readonly applications: string }): People {
  const makers = new Set(scenario.secrets.map(({ maker }) => maker));
  const object = (apiVersion: string, kind: string, metadata: KubeObject['metadata'], fields: object = {}): KubeObject => ({ apiVersion, kind, metadata, ...fields });
  const makeNamespace = (name: string): Promise<unknown> => cluster.create(namespaceType, object('v1', 'Namespace', { name }), options, never);
  const secret = (where: string, name: string, stringData: Readonly<Record<string, string>>, labels = {}, type = 'Opaque'): KubeObject => object('v1', 'Secret', { namespace: where, name, labels }, { type, stringData });
  const supplies: readonly { readonly late: number; readonly made: KubeObject }[] = [
    ...scenario.secrets.filter(({ maker }) => maker === 'person').map(({ name, keys, late }) => ({ late, made: secret(namespace, name, Object.fromEntries(keys.map((key) => [key, valueOf(namespace, name, key, 1)]))) })),
    ...(makers.has('sops') ? [{ late: lateOf(scenario, 'sops'), made: secret(namespace, 'sops-keys', { 'a.agekey': age.identity }) }] : []),
    ...(makers.has('sealed') ? [{ late: lateOf(scenario, 'sealed'), made: secret(applications, 'brought-along', { 'tls.crt': sealingKey.certificate.pem, 'tls.key': sealingKey.keyPem }, { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' }, 'kubernetes.io/tls') }] : []),
  ];
  const turner = createTurner(cluster, namespace);
  return {
    turned: () => (scenario.turning === undefined ? undefined : turner.turned()),
    prepare: async () => {
      await makeNamespace(applications);
      if (scenario.namespace === 'absent') return;
      await makeNamespace(namespace);
      if (scenario.namespace === 'present') return;
      await cluster.create(configMapType, object('v1', 'ConfigMap', { namespace, name: hold.name, finalizers: [hold.finalizer] }), options, never);
      await cluster.delete(namespaceType, { name: namespace }, {}, never);
    },
    supply: async (signal) => {
      const release = scenario.namespace === 'terminating' ? [pause(1_000, undefined, { signal }).then(() => letGo(cluster, namespace, signal))] : [];
      const turning = scenario.turning === undefined ? [] : [turner.keep(signal)];
      await Promise.all([operate(cluster, scenario, namespace, signal), ...release, ...turning, ...supplies.map(async ({ late, made }) => pause(late, undefined, { signal }).then(() => untilMade(cluster, made, signal)))]);
    },
    edit: async ({ what, pick }) => {
      const of = async (type: ResourceType, chosen: (item: KubeObject) => boolean, change: (key: Required<ObjectKey>, item: KubeObject) => Promise<unknown>): Promise<void> => {
        const items: KubeObject[] = [];
        for await (const page of cluster.pages(type, { namespace }, never)) items.push(...page.items.filter(chosen));
        const item = items[Math.floor(pick * items.length)];
        if (item !== undefined) await change({ namespace, name: item.metadata.name }, item);
      };
      const any = (): boolean => true;
      const isMade = ({ metadata }: KubeObject): boolean => scenario.secrets.some(({ maker, name }) => name === metadata.name && (maker === 'external' || maker === 'sealed'));
      if (what === 'turn') turner.turn();
      if (what === 'deleteSecret') await of(secretType, isMade, (key) => cluster.delete(secretType, key, {}, never));
      if (what === 'scale') await of(deploymentType, any, (_, item) => cluster.update(deploymentType, withSpec(item, { replicas: 3 }), options, never));
      if (what === 'editExternal') await of(externalSecretType, any, (_, item) => cluster.update(externalSecretType, withSpec(item, { data: [{ secretKey: 'password', remoteRef: { key: `${item.metadata.name}/password/by-hand` } }] }), options, never));
    },
    cleanUp: async () => {
      for (const name of [namespace, applications]) await cluster.delete(namespaceType, { name }, {}, never);
    },
  };
}

function lateOf({ secrets }: Scenario, wanted: string): number {
  return secrets.find(({ maker }) => maker === wanted)?.late ?? 0;
}

function withSpec(item: KubeObject, fields: object): KubeObject {
  const spec = item['spec'];
  return { ...item, spec: { ...(typeof spec === 'object' ? spec : {}), ...fields } };
}

/** Again and again: its namespace may not be there yet, or on its way out. */
async function untilMade(cluster: Cluster, made: KubeObject, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await cluster.create(secretType, made, options, signal);
      return;
    } catch (error) {
      if (isKubeError(error, 'exists')) return;
      signal.throwIfAborted();
      await pause(100, undefined, { signal });
    }
  }
}

/** Again where somebody else has marked it meanwhile. */
async function letGo(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const held = await cluster.get(configMapType, { namespace, name: hold.name }, signal);
    if (held === undefined) return;
    try {
      await cluster.update(configMapType, { ...held, metadata: { ...held.metadata, finalizers: [] } }, options, signal);
      return;
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
}
