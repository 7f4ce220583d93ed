import { setTimeout } from 'node:timers/promises';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { customResourceDefinitionType, namespaceType, sealedSecretType, secretType } from '../../../src/kube/resource-types.ts';
import { newKeySecret } from '../../../src/app/sealing-keys/key-secret.ts';
import { readCrdFile } from '../../support/crd-examples.ts';
import { customResourceDefinitions } from '../../support/crds.ts';
import { isEffectiveWrite, readAuditLog } from '../../support/parts/audit-log.ts';
import type { PartPaths } from '../../support/parts/build.ts';
import { type ControlPlane, startControlPlane } from '../../support/parts/control-plane.ts';
import { createAll, deleteAll } from '../external-secrets/fleet.ts';
import type { BenchKey, Fleet } from './fleet.ts';

/** Namespace of the sealing keys. */
export const keyNamespace = 'sealing';
const userAgent = 'bench';
const written: ReadonlySet<string> = new Set(['secrets', 'sealedsecrets']);
const never = new AbortController().signal;

/** A cluster with sealing keys that both controllers find. */
export interface Stage extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly keys: readonly BenchKey[];
  /** Creates the SealedSecrets of a fleet. */
  readonly create: (fleet: Fleet) => Promise<void>;
  /** Removes them and their Secrets. */
  readonly sweep: (fleet: Fleet) => Promise<void>;
  /** Effective writes of a controller so far, events apart. */
  readonly writes: () => number;
}

export async function openStage(parts: PartPaths, keys: readonly BenchKey[]): Promise<Stage> {
  const plane = await startControlPlane(parts);
  const cluster = await openCluster({ kubeconfig: plane.kubeconfig, userAgent });
  const made = new Set<string>();
  const makeNamespaces = async (names: readonly string[]): Promise<void> => {
    const missing = names.filter((name) => !made.has(name));
    await createAll(cluster, namespaceType, missing.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    for (const name of missing) made.add(name);
  };
  for (const name of customResourceDefinitions().keys()) await cluster.apply(customResourceDefinitionType, readCrdFile(name), { fieldManager: 'bench' }, never);
  for (let tries = 0; (await cluster.discover(never, { fresh: true })).find('bitnami.com/v1alpha1', sealedSecretType.kind) === undefined; tries += 1) {
    if (tries === 100) throw new Error('SealedSecrets are not served');
    await pause(100);
  }
  await makeNamespaces([keyNamespace]);
  for (const [index, { generated }] of keys.entries()) await cluster.create(secretType, newKeySecret(generated, { namespace: keyNamespace, name: `sealed-secrets-key${index}`, labels: {}, annotations: {} }), { fieldManager: 'bench' }, never);
  return {
    plane,
    cluster,
    keys,
    create: async ({ namespaces, objects }) => {
      await makeNamespaces(namespaces);
      await createAll(cluster, sealedSecretType, objects);
    },
    sweep: async ({ namespaces }) => {
      await deleteAll(cluster, sealedSecretType, namespaces);
      await deleteAll(cluster, secretType, namespaces);
    },
    writes: () => readAuditLog(plane.auditLog).filter((entry) => entry.user === 'admin' && entry.userAgent !== userAgent && written.has(entry.resource) && isEffectiveWrite(entry)).length,
    [Symbol.asyncDispose]: async () => {
      await cluster.close();
      await plane.stop();
    },
  };
}

/** Waits so many milliseconds, or until the signal. */
export function pause(ms: number, signal: AbortSignal = never): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => {});
}
