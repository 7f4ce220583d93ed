import { dirname, join } from 'node:path';
import type { KubeObject } from '../../../src/api/object.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { clusterSecretStoreType, externalSecretType, namespaceType, secretStoreType, secretType } from '../../../src/kube/resource-types.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../../support/parts/audit-log.ts';
import type { PartPaths } from '../../support/parts/build.ts';
import { startControlPlane } from '../../support/parts/control-plane.ts';
import { installUpstreamCrds } from '../../support/takeover/upstream-cluster.ts';
import { createAll, deleteAll } from '../external-secrets/fleet.ts';
import type { Subject } from './subject.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'bench' };
/** Ours, which know fields that older ones of External Secrets' would drop. */
const crds = join(dirname(dirname(dirname(import.meta.dirname))), 'crds');
/** Where credentials of cluster stores are. */
const home = 'stores';
/** As whom controllers write, and nobody else. */
const controllerUser = 'controller';

/** A real API server with External Secrets' kinds, where controllers are told apart by their user. */
export interface Stage extends AsyncDisposable {
  readonly cluster: Cluster;
  /** The controllers'. */
  readonly kubeconfig: string;
  /** Writes of controllers that took effect since the last look, events apart. */
  readonly newWrites: () => readonly AuditEntry[];
  /** One store for all. */
  readonly makeClusterStore: (name: string, subject: Subject) => Promise<void>;
  /** The same store in each namespace, with credentials of its own that are equal. */
  readonly makeStores: (name: string, subject: Subject, namespaces: readonly string[]) => Promise<void>;
  readonly sweep: (name: string, namespaces: readonly string[]) => Promise<void>;
}

/** @param definitions `theirs` where External Secrets' operator runs, too: it leans on defaults that our definitions do not write */
export async function openStage(parts: PartPaths, definitions: 'ours' | 'theirs'): Promise<Stage> {
  const plane = await startControlPlane(parts);
  const cluster = await openCluster({ kubeconfig: plane.kubeconfig });
  await installUpstreamCrds(cluster, definitions === 'ours' ? crds : parts.upstream.crds);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } }, by, never);
  let seen = 0;
  const credentials = (namespace: string, subject: Subject): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'credentials' }, stringData: subject.credentials });
  return {
    cluster,
    kubeconfig: plane.kubeconfigFor(controllerUser, plane.issue({ commonName: controllerUser, organizations: ['system:masters'] })),
    newWrites: () => {
      const entries = readAuditLog(plane.auditLog);
      const fresh = entries.slice(seen);
      seen = entries.length;
      return fresh.filter((entry) => entry.user === controllerUser && isEffectiveWrite(entry) && entry.resource !== 'events');
    },
    makeClusterStore: async (name, subject) => {
      await cluster.delete(secretType, { namespace: home, name: 'credentials' }, {}, never);
      await cluster.create(secretType, credentials(home, subject), by, never);
      await cluster.create(clusterSecretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name }, spec: { provider: subject.provider(home) } }, by, never);
    },
    makeStores: async (name, subject, namespaces) => {
      await createAll(cluster, secretType, namespaces.map((namespace) => credentials(namespace, subject)));
      await createAll(cluster, secretStoreType, namespaces.map((namespace) => ({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name }, spec: { provider: subject.provider() } })));
    },
    sweep: async (name, namespaces) => {
      await removeFinalizers(cluster, namespaces);
      for (const type of [externalSecretType, secretStoreType, secretType]) await deleteAll(cluster, type, namespaces);
      await cluster.delete(clusterSecretStoreType, { name }, {}, never);
    },
    [Symbol.asyncDispose]: async () => {
      await cluster.close();
      await plane.stop();
    },
  };
}

/** External Secrets leaves its own on what it has seen, and is gone by then: nothing would ever be deleted. */
async function removeFinalizers(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    for await (const { items } of cluster.pages(externalSecretType, { namespace }, never)) {
      const held = items.filter(({ metadata }) => (metadata.finalizers ?? []).length > 0);
      await Promise.all(held.map((item) => cluster.update(externalSecretType, { ...item, metadata: { ...item.metadata, finalizers: [] } }, by, never)));
    }
  }
}
