import { expect } from 'vitest';
import { parseApplicationStatus } from '../../src/api/application.ts';
import type { ApplicationStatus } from '../../src/api/application-status.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { applicationType, deploymentType, secretType, serviceAccountType } from '../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import type { PartPaths } from './parts/build.ts';
import { type ControlPlane, startControlPlane } from './parts/control-plane.ts';
import { persistentVolume } from './persistent-volume.ts';
import { at, createRawApi, type RawApi, serviceAccountToken } from './raw-api.ts';
import { noSuchImage } from './rfc-repository.ts';

const never = new AbortController().signal;

/** A cluster as its provider hands it over: nodes, a volume, and nothing of ours. */
export interface RfcCluster extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly admin: Cluster;
  readonly api: RawApi;
  /** Starts what the Deployment says beside the cluster, as its account, once both are there: no kubelet runs here. */
  readonly startDeployed: (env: Readonly<Record<string, string>>) => Promise<ControllerProcess>;
  readonly status: (application: string) => Promise<ApplicationStatus>;
  /** Waits until an Application is Synced and Healthy, at a commit where one is named. */
  readonly untilHealthy: (application: string, commit?: string) => Promise<void>;
  /** What every Secret of a namespace holds, by name. */
  readonly secrets: (namespace: string) => Promise<ReadonlyMap<string, unknown>>;
  readonly get: (type: ResourceType, namespace: string, name: string) => Promise<KubeObject | undefined>;
}

/** Starts an empty one. */
export async function startRfcCluster(parts: PartPaths): Promise<RfcCluster> {
  const plane = await startControlPlane(parts);
  const [admin, api] = [await openCluster({ kubeconfig: plane.kubeconfig }), createRawApi(plane)];
  for (const [path, object] of [['/api/v1/persistentvolumes', persistentVolume('archive')] as const, ...noSuchImage]) expect((await api.call('POST', path, object)).status).toBe(201);
  const get: RfcCluster['get'] = (type, namespace, name) => admin.get(type, { namespace, name }, never);
  const status: RfcCluster['status'] = async (name) => {
    const object = await get(applicationType, 'prelude', name);
    return object === undefined ? {} : parseApplicationStatus(object);
  };
  return {
    plane,
    admin,
    api,
    status,
    get,
    startDeployed: async (env) => {
      await expect.poll(() => get(serviceAccountType, 'prelude', 'prelude'), { timeout: 150_000 }).toBeDefined();
      await expect.poll(() => get(deploymentType, 'prelude', 'prelude'), { timeout: 150_000 }).toBeDefined();
      const args = at(await get(deploymentType, 'prelude', 'prelude'), 'spec', 'template', 'spec', 'containers', 0, 'args') as readonly string[];
      const kubeconfig = plane.kubeconfigFor('prelude', { token: await serviceAccountToken(api, 'prelude', 'prelude') });
      // ports and a Lease's holder belong to the pod, and the repository is on this machine
      const own = args.slice(1).filter((arg) => !/^--([a-z-]*listen=|leader-)/.test(arg));
      return startController({ kubeconfig, args: [...own, '--namespace', 'prelude', '--poll-interval', '1s', '--git-allow-loopback'], env, readyWithin: 150_000 });
    },
    untilHealthy: async (name, commit) => {
      const judged = async (): Promise<object> => {
        const { sync, health, operationState, conditions } = await status(name);
        return { sync: sync?.status, health: health?.status, phase: operationState?.phase, conditions, ...(commit === undefined ? {} : { revision: sync?.revision }) };
      };
      await expect.poll(judged, { timeout: 180_000, interval: 200 }).toEqual({ sync: 'Synced', health: 'Healthy', phase: 'Succeeded', conditions: [], ...(commit === undefined ? {} : { revision: commit }) });
    },
    secrets: async (namespace) => {
      const found = new Map<string, unknown>();
      for await (const { items } of admin.pages(secretType, { namespace }, never)) for (const one of items) found.set(one.metadata.name, one['data']);
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      await admin.close();
      await api.close();
      await plane.stop();
    },
  };
}
