import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { openCluster, type OpenClusterOptions } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { namespaceType } from '../../src/kube/resource-types.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { ControlPlaneFacts } from './parts/control-plane.ts';
import { writeKubeconfig } from './parts/kubeconfig.ts';

/** What tests on the real API server use again and again; everything it hands out is closed and removed after the test or the file. */
export interface RealCluster {
  /** Opened as the admin, for the whole file. */
  readonly admin: () => Promise<Cluster>;
  /** A namespace of the test's own. */
  readonly namespace: () => Promise<string>;
  /** A cluster and the proxy it goes through. Without `options.user`, the admin. */
  readonly proxied: (options?: ProxiedOptions) => Promise<{ readonly cluster: Cluster; readonly proxy: FaultProxy }>;
  /** Opened as somebody else. */
  readonly as: (user: User, options?: OpenClusterOptions) => Promise<Cluster>;
}

type User = { readonly token: string } | { readonly cert: string; readonly key: string };

interface ProxiedOptions extends OpenClusterOptions {
  readonly user?: User;
}

/** Call it once at the top of a test file. */
export function useRealCluster(facts: ControlPlaneFacts): RealCluster {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-kubeconfigs-'));
  const { signal } = new AbortController();
  const afterTest: (() => Promise<unknown>)[] = [];
  let admin: Promise<Cluster> | undefined;

  async function open(server: string, user: User, options: OpenClusterOptions): Promise<Cluster> {
    const kubeconfig = join(folder, `${randomUUID()}.kubeconfig`);
    writeKubeconfig(kubeconfig, { server, ca: facts.ca, user });
    const cluster = await openCluster({ ...options, kubeconfig });
    afterTest.push(() => cluster.close());
    return cluster;
  }
  const openAdmin = (): Promise<Cluster> => (admin ??= openCluster({ kubeconfig: facts.kubeconfig }));

  afterEach(async () => {
    // the last one opened is the first one closed: a cluster before its proxy
    for (const close of afterTest.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await (await admin)?.close();
    rmSync(folder, { recursive: true });
  });

  return {
    admin: openAdmin,
    namespace: async () => {
      const cluster = await openAdmin();
      const name = `test-${randomUUID().slice(0, 13)}`;
      await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'test' }, signal);
      afterTest.push(() => cluster.delete(namespaceType, { name }, {}, signal));
      return name;
    },
    proxied: async ({ user = { token: facts.adminToken }, ...options } = {}) => {
      const proxy = await startFaultProxy(facts.server);
      afterTest.push(() => proxy.close());
      return { cluster: await open(proxy.url, user, options), proxy };
    },
    as: (user, options = {}) => open(facts.server, user, options),
  };
}
