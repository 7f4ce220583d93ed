import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { createFoundation } from '../../../src/app/foundation.ts';
import { composeSecrets } from '../../../src/app/secrets-half.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createMetrics } from '../../../src/lib/metrics.ts';
import { createRegistry } from '../../../src/provider/registry.ts';
import { providers } from '../../../providers/index.ts';
import { freePorts } from '../../support/parts/free-ports.ts';
import { createSkippingClock } from './skipping-clock.ts';
import type { Subject } from './subject.ts';

/** A controller that runs. */
export interface Running {
  /** When its start began, on `performance.now`'s scale. */
  readonly startedAt: number;
  /** Resolves when everything has been refreshed once more. @param span milliseconds over which the first reads were spread */
  readonly nextRefresh: (span: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A kind of controller. */
export interface Controller {
  readonly name: string;
  readonly isPeer: boolean;
  /** Seconds between refreshes that it is measured with. */
  readonly interval: number;
  /** Starts one that reads from a provider. */
  readonly start: (kubeconfig: string, subject: Subject) => Promise<Running>;
}

/** Refreshes of one store meet within this share of their interval. */
const gridShare = 1 / 16;
/** Milliseconds that are left to what is due. */
const margin = 2_000;

/**
 * Prelude, put together as the process puts it together, but with servers of this machine in the place of providers, and a time that
 * passes over what lies between two refreshes.
 */
export const prelude: Controller = {
  name: 'Prelude',
  isPeer: false,
  interval: 300,
  start: async (kubeconfig, { environment, http }) => {
    const startedAt = performance.now();
    const clock = createSkippingClock();
    const foundation = createFoundation({
      cluster: await openCluster({ kubeconfig, clock }),
      clock,
      random: Math.random,
      log: silentLog,
      metrics: createMetrics({ version: 'bench', process: false }),
      namespaces: [],
    });
    const half = composeSecrets(foundation, { registry: createRegistry(providers), generators: [], controllerClass: 'default', environment, allowLoopback: true, ...(http === undefined ? {} : { http }) });
    await Promise.all(half.caches.map(({ synced }) => synced));
    let due = clock.monotonic();
    for (const controller of half.controllers) controller.start();
    return {
      startedAt,
      nextRefresh: async (span) => {
        due += prelude.interval * 1000;
        const grid = prelude.interval * 1000 * gridShare;
        clock.skip(due - grid - margin - clock.monotonic());
        await setTimeout(margin + grid + span + margin);
      },
      stop: async () => {
        await Promise.all(half.controllers.map((controller) => controller.drain(5_000)));
        await half.finish(AbortSignal.timeout(5_000));
        await foundation.end();
      },
    };
  },
};

/** Flags that let External Secrets go as fast as it can. */
export const tunedFlags: readonly string[] = ['--concurrent=20', '--client-qps=1000', '--client-burst=2000'];

/** External Secrets' controller, a process of its own. @param binary its path */
export function externalSecrets(name: string, binary: string, flags: readonly string[]): Controller {
  const interval = 30;
  return {
    name,
    isPeer: true,
    interval,
    start: async (kubeconfig, { environment }) => {
      const [metrics = 0, live = 0] = await freePorts(2);
      const startedAt = performance.now();
      const child = spawn(binary, [`--metrics-addr=127.0.0.1:${metrics}`, `--live-addr=127.0.0.1:${live}`, '--loglevel=error', ...flags], { env: { ...process.env, ...environment, KUBECONFIG: kubeconfig }, stdio: 'ignore' });
      return {
        startedAt,
        nextRefresh: () => setTimeout(interval * 1000),
        stop: async () => {
          if (child.exitCode !== null) throw new Error(`External Secrets ended with ${child.exitCode}`);
          child.kill('SIGTERM');
          await once(child, 'exit');
        },
      };
    },
  };
}
