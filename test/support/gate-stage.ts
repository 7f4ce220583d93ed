import { expect } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { fieldAt } from '../../src/gitops/health/live-field.ts';
import { rollbackAnnotation } from '../../src/gitops/history/rollback-pin.ts';
import { applicationType, configMapType, deploymentType, externalSecretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { type ApplicationStage, applicationNamespace, manifests, setApplicationStage } from './application-stage.ts';
import { openRunningWorld } from './running-world.ts';

export const isDown = new ProviderError('unavailable', 'the provider is down');
/** A request about a part that needs no Secret. */
export const aPart = { sync: { resources: [{ group: '', kind: 'ConfigMap', name: 'app' }] } };
/** `node`, which needs `db`, which the provider has as `prod/one`, and `app`. */
export const gateFiles = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': manifests.deployment('node', 'db'), 'app.yaml': manifests.config('app', 'first') };
/** A ConfigMap that comes once the Deployment is healthy. */
export const late = manifests.config('late').replace('metadata: {', 'metadata: { annotations: { argocd.argoproj.io/sync-wave: "1" },');

const { signal } = new AbortController();
const options = { fieldManager: 'test' };

/** What a test of the barrier does to an Application with the Deployment `node`, which needs the Secret `db`, and the ConfigMap `app`. */
export interface GateStage extends ApplicationStage {
  /** @param name of the Deployment; `node` unless told */
  readonly setReady: (ready: number, name?: string) => Promise<void>;
  readonly ask: (operation: object) => Promise<void>;
  /** Declares the Application of a commit, and starts with a provider that has both values, until `node` is there and all of it is in. */
  readonly bringIn: (commit: string, spec?: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Until `db` is declared from a key of the provider. */
  readonly untilFrom: (key: string) => Promise<void>;
  /** Until an operation is about a commit and waits for `db`. */
  readonly untilWaiting: (commit: string) => Promise<void>;
  /** Forces the branch back. */
  readonly takeBack: (commit: string) => Promise<void>;
  readonly rollBack: (commit: string) => Promise<void>;
  /** The value of `app` after somebody has edited it by hand, a while later. */
  readonly valueAfterEdit: () => Promise<unknown>;
  /** Somebody declares `db` from another key, past Git. */
  readonly changeByHand: () => Promise<void>;
  /** The provider is down, and `db` is found to be late. */
  readonly breakDown: () => Promise<void>;
  /** Takes off the record what the revision's barrier was about, as where Argo CD has brought it in. */
  readonly forgetRecord: (commit: string) => Promise<void>;
}

export function setGateStage(name: string): GateStage {
  const stage = setApplicationStage(name, openRunningWorld);
  const edit = (change: (object: KubeObject) => KubeObject): Promise<void> => stage.editApplication(change);
  const setReady = async (ready: number, deployment = 'node'): Promise<void> => {
    const observedGeneration = (await stage.get(deploymentType, deployment))?.metadata.generation;
    await stage.recorded.patchStatus(deploymentType, { namespace: stage.namespace, name: deployment }, { observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: ready, availableReplicas: ready, conditions: [] }, options, signal);
  };
  return Object.assign(stage, {
    setReady,
    ask: (operation: object) => edit((object) => ({ ...object, operation })),
    bringIn: async (commit: string, spec = {}) => {
      await stage.declare(spec);
      await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
      await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
      await setReady(1);
      await stage.untilSynced(commit);
    },
    untilFrom: (key: string) => stage.until(async () => expect(JSON.stringify(await stage.get(externalSecretType, 'db'))).toContain(key)),
    untilWaiting: (commit: string) => stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Running', syncResult: { revision: commit }, message: expect.stringMatching(/^waiting for .*db/) })),
    takeBack: async (commit: string) => {
      await stage.remote.git('reset', '--hard', commit);
      await stage.remote.git('push', '--force', 'origin', 'HEAD:main');
    },
    rollBack: (commit: string) => edit((object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [rollbackAnnotation]: commit } } })),
    valueAfterEdit: async () => {
      await stage.edit(configMapType, { namespace: stage.namespace, name: 'app' }, (object) => ({ ...object, data: { value: 'by hand' } }));
      await stage.pause(1_500);
      return fieldAt(await stage.get(configMapType, 'app'), 'data', 'value');
    },
    changeByHand: () => stage.edit(externalSecretType, { namespace: stage.namespace, name: 'db' }, (object) => JSON.parse(JSON.stringify(object).replace('prod/one', 'prod/two'))),
    breakDown: async () => {
      Object.assign(stage.secrets.remote, { 'prod/one': isDown });
      await stage.forceSync('db', '1');
    },
    forgetRecord: (commit: string) => stage.recorded.patchStatus(applicationType, { namespace: applicationNamespace, name: stage.namespace }, { operationState: { operation: { sync: { revision: commit }, info: null } } }, options, signal).then(() => undefined),
  });
}
