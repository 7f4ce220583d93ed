import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLocalWorld } from '../../test/support/local-world.ts';
import { makeNamespace } from '../../test/support/secret-world.ts';
import type { World } from '../../test/support/secret-stage.ts';
import { silentProgress } from '../gitops/apply/progress.ts';
import { applicationType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { createRegistry } from '../provider/registry.ts';
import { createFoundation, type OwnedFoundation } from './foundation.ts';
import { composeGit } from './git-half.ts';
import { runHalves } from './run-halves.ts';
import { createSourceMeans } from './source-means.ts';

const { signal } = new AbortController();
let folder: string;
let world: World;
let foundation: OwnedFoundation;

beforeEach(async () => {
  [folder, world] = await Promise.all([mkdtemp(join(tmpdir(), 'prelude-run-')), openLocalWorld()]);
  foundation = createFoundation({ cluster: world.cluster, clock: systemClock, random: Math.random, log: silentLog, metrics: createMetrics({ version: 'test', process: false }), namespaces: [] });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** A git for `PATH` that answers nothing and does not end when it is asked to. Answers where it writes its process ids, one a line. */
async function hangingGit(): Promise<string> {
  const [bin, pids] = [join(folder, 'bin'), join(folder, 'pids')];
  await mkdir(bin);
  await writeFile(join(bin, 'git'), `#!/bin/sh\ntrap '' TERM\necho $$ >> ${pids}\nexec sleep 300\n`);
  await chmod(join(bin, 'git'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
  return pids;
}

async function processesIn(path: string): Promise<readonly number[]> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('ends within its time while git hangs, and leaves none of its processes behind', async () => {
  const pids = await hangingGit();
  await makeNamespace(world.cluster, 'argocd');
  const means = createSourceMeans(foundation, { environment: { PRELUDE_CACHE_DIR: folder }, protocols: ['https'], allowLoopback: true, repositories: [], credentialNamespaces: ['argocd'] });
  const { resolver, renderers, news: sourceNews } = means;
  const git = composeGit(foundation, { registry: createRegistry([]), resolver, renderers, sourceNews, applicationNamespaces: ['argocd'], controlNamespace: 'argocd', pollInterval: 60_000, syncOnce: false, progress: silentProgress });
  const stop = new AbortController();
  const running = runHalves(stop.signal, [git, { caches: [], controllers: [], finish: means.close }], { clock: systemClock, log: silentLog, drainWithin: 500 });
  for (const [name, path] of [['one', 'a'], ['two', 'b']] as const) {
    // one follows a branch, which is asked for, the other a commit, which is fetched
    const targetRevision = name === 'one' ? 'main' : '1'.repeat(40);
    const spec = { project: 'default', source: { repoURL: `https://127.0.0.1:1/${name}.git`, targetRevision, path }, destination: { server: 'https://kubernetes.default.svc', namespace: 'devnet' }, syncPolicy: { automated: {} } };
    await world.cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name }, spec }, { fieldManager: 'test' }, signal);
  }
  await vi.waitFor(async () => expect(await processesIn(pids)).toHaveLength(2), { timeout: 15_000, interval: 50 });

  const told = performance.now();
  stop.abort();
  await running;
  await foundation.end();

  // half a second to drain, two for what is aborted, two for the last events
  expect(performance.now() - told).toBeLessThan(8_000);
  const processes = await processesIn(pids);
  await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), { timeout: 5_000, interval: 50 });
}, 40_000);
