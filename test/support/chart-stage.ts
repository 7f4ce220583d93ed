import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { chartFolder, helm } from './chart.ts';
import { type ControlPlane, startControlPlane } from './parts/control-plane.ts';
import { createRawApi, type RawApi, rightsIn, serviceAccountToken } from './raw-api.ts';

/** A control plane of its own, where Helm installs the chart: CRDs and cluster roles come and go. */
export interface ChartStage {
  readonly controlPlane: ControlPlane;
  readonly api: RawApi;
  readonly onCluster: (args: readonly string[], values?: object) => Promise<string>;
  readonly install: (values?: object, chart?: string) => Promise<string>;
  readonly uninstall: () => Promise<void>;
  /** Asks until the answer satisfies, for at most 20 seconds. */
  readonly eventually: (path: string, satisfies: (body: unknown) => boolean) => Promise<void>;
  /** What the controller's account may do beyond what every account may, in a namespace and in the cluster. */
  readonly grantedRights: (where: string) => Promise<readonly string[]>;
}

/**
 * Starts with the file and ends with it. Call it once at its top.
 * @param namespace of the release
 * @param others namespaces beside it; all of them admit restricted pods only
 */
export function chartStage(namespace: string, others: readonly string[]): ChartStage {
  let controlPlane: ControlPlane | undefined;
  let api: RawApi | undefined;
  const plane = (): ControlPlane => controlPlane ?? expect.fail('the control plane has not been started');
  const admin = (): RawApi => api ?? expect.fail('the control plane has not been started');

  beforeAll(async () => {
    controlPlane = await startControlPlane(inject('parts'));
    api = createRawApi(controlPlane);
    for (const name of [namespace, ...others]) {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      expect((await api.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })).status).toBe(201);
    }
  });
  afterAll(async () => {
    await api?.close();
    await controlPlane?.stop();
  });

  const onCluster: ChartStage['onCluster'] = async (args, values = {}) => {
    const { code, stdout, stderr } = await helm([...args, '--namespace', namespace], { values, kubeconfig: plane().kubeconfig });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  return {
    get controlPlane() {
      return plane();
    },
    get api() {
      return admin();
    },
    onCluster,
    install: (values = {}, chart = chartFolder) => onCluster(['upgrade', '--install', 'prelude', chart, '--values', '-'], values),
    uninstall: async () => void (await onCluster(['uninstall', 'prelude', '--wait'])),
    eventually: async (path, satisfies) => {
      let last: unknown;
      for (let tries = 0; tries < 200; tries += 1) {
        const { body } = await admin().call('GET', path);
        if (satisfies(body)) return;
        last = body;
        await delay(100);
      }
      throw new Error(`${path} is still ${JSON.stringify(last)}`);
    },
    grantedRights: async (where) => {
      const mine = createRawApi(plane(), await serviceAccountToken(admin(), namespace, 'prelude'));
      const anybody = createRawApi(plane(), await serviceAccountToken(admin(), namespace, 'default'));
      try {
        const common = new Set(await rightsIn(anybody, where));
        return (await rightsIn(mine, where)).filter((line) => !common.has(line));
      } finally {
        await Promise.all([mine.close(), anybody.close()]);
      }
    },
  };
}
