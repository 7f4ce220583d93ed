import { writeFileSync } from 'node:fs';
import { createFake } from '../../../providers/fake/index.ts';
import { createFoundation } from '../../../src/app/foundation.ts';
import { composeGit } from '../../../src/app/git-half.ts';
import { runHalves } from '../../../src/app/run-halves.ts';
import { composeSealed } from '../../../src/app/sealed-half.ts';
import { composeSecrets } from '../../../src/app/secrets-half.ts';
import { silentProgress } from '../../../src/gitops/apply/progress.ts';
import { createManifestReader } from '../../../src/gitops/render/manifest-reader.ts';
import { createRenderers } from '../../../src/gitops/render/render-source.ts';
import { createResolver } from '../../../src/gitops/source/resolver.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createMetrics } from '../../../src/lib/metrics.ts';
import { createRegistry, erase } from '../../../src/provider/registry.ts';
import type { RenderRequest } from '../../../src/template/renderer.ts';
import { createRendererPool } from '../../../src/template/worker/pool.ts';
import type { ScriptedProvider } from '../scripted-provider.ts';

/** One life of a controller with all of its halves, in this process. */
export interface Program {
  /** Resolves once it has ended, be it by itself: it ends where a cache cannot be filled, as the process would. */
  readonly ended: Promise<unknown>;
  /** Ends it; what it still wants to write is its own matter. */
  readonly stop: () => Promise<void>;
}

export interface ProgramOptions {
  /** The API server, or who stands in front of it. */
  readonly server: string;
  readonly token: string;
  /** Where a kubeconfig may be written. */
  readonly kubeconfig: string;
  /** The only namespace it looks at, and that of its Applications, which has the sealing keys, too. */
  readonly namespace: string;
  readonly applications: string;
  readonly script: ScriptedProvider;
  /** Where clones are kept. */
  readonly cache: string;
  /** How the Git half sees the cluster; as it is unless told. */
  readonly deceive?: (cluster: Cluster) => Cluster;
}

/** Threads that render are nobody's in particular: they end with the process. */
const pool = createRendererPool({ clock: systemClock });
const renderers = createRenderers(createManifestReader(8 << 20));

/** Starts one. It is composed as `prelude run` composes it, but for what concerns the process: options, log, probes and signals. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { server, token, kubeconfig, namespace, applications, script, cache, deceive } = options;
  writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'run', clusters: [{ name: 'run', cluster: { server, 'insecure-skip-tls-verify': true } }], users: [{ name: 'run', user: { token } }], contexts: [{ name: 'run', context: { cluster: 'run', user: 'run' } }] }), { mode: 0o600 });
  const cluster = await openCluster({ kubeconfig, userAgent: 'prelude/barrier-run' });
  const surroundings = { clock: systemClock, random: Math.random, log: silentLog, metrics: createMetrics({ version: 'test', process: false }), namespaces: [namespace] };
  const foundation = createFoundation({ cluster, ...surroundings });
  const seen = deceive === undefined ? foundation : createFoundation({ cluster: deceive(cluster), ...surroundings, metrics: createMetrics({ version: 'test', process: false }) });
  const registry = createRegistry([erase(script.provider), erase(createFake())]);
  const renderer = { render: (request: RenderRequest, signal: AbortSignal) => pool.render(request, signal), close: () => Promise.resolve() };
  const halves = [
    composeSecrets(foundation, { registry, generators: [], controllerClass: 'default', environment: {}, renderer }),
    composeSealed(foundation, {
      shape: { namespace: applications, prefix: 'sealed-secrets-key', bits: 2048, validFor: 87_600 * 3_600_000, commonName: '', labels: {}, annotations: {} },
      policy: { order: 'CertNotBefore', period: 720 * 3_600_000 },
      makesKeys: false,
      acceptDeprecated: true,
      renderer,
    }),
    composeGit(seen, {
      registry,
      renderers,
      resolver: createResolver({ git: { cache, protocols: ['file'], clock: systemClock, pollTtl: 0 } }),
      applicationNamespaces: [applications],
      controlNamespace: applications,
      pollInterval: 400,
      syncOnce: false,
      progress: silentProgress,
    }),
  ];
  const stopping = new AbortController();
  const done = runHalves(stopping.signal, halves, { clock: systemClock, log: silentLog, drainWithin: 100 }).catch(() => []);
  return {
    ended: done,
    stop: async () => {
      stopping.abort(new DOMException('stopped', 'AbortError'));
      await done;
      await Promise.all([foundation.end(), ...(seen === foundation ? [] : [seen.end()])]);
    },
  };
}
