import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTargetCluster } from '../app/target-cluster.ts';
import { applicationType, configMapType, namespaceType, secretType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { diff } from './diff.ts';
import type { Io } from './io.ts';
import { program } from './program.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'prelude-gitops' };
const planted = 'planted-value';
let folder: string;

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: devnet, namespace: argocd, annotations: { prelude.dev/allow-plain-secrets: "true" } }
spec:
  source: { repoURL: ., path: devnet }
  destination: { name: in-cluster, namespace: devnet }
  syncPolicy: { automated: { prune: true } }
`;
const objects = `apiVersion: v1
kind: ConfigMap
metadata: { name: changed }
data: { a: new, b: same }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: same }
data: { a: same }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: fresh }
---
apiVersion: v1
kind: Secret
metadata: { name: password }
stringData: { key: ${planted}-2 }
---
apiVersion: batch/v1
kind: Job
metadata: { name: hook, annotations: { argocd.argoproj.io/hook: PreSync } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } }
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-diff-'));
  for (const [path, text] of Object.entries({ 'application.yaml': application, 'devnet/all.yaml': objects })) {
    mkdirSync(dirname(join(folder, 'repository', path)), { recursive: true });
    writeFileSync(join(folder, 'repository', path), text);
  }
  const cluster = await openTargetCluster({ kind: 'local', folder: join(folder, 'cluster') }, { clock: systemClock, log: createLog({ level: 'silent', destination: 'stdout' }), metrics: createMetrics({ version: 'test', process: false }) });
  for (const name of ['argocd', 'devnet']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
  const metadata = (kind: string, name: string) => ({ namespace: 'devnet', name, annotations: { 'argocd.argoproj.io/tracking-id': `devnet:/${kind}:devnet/${name}` } });
  const put = (kind: 'ConfigMap' | 'Secret', name: string, more: object) => cluster.apply(kind === 'Secret' ? secretType : configMapType, { apiVersion: 'v1', kind, metadata: metadata(kind, name), ...more }, { ...by, force: true }, never);
  await put('ConfigMap', 'changed', { data: { a: 'old', b: 'same' } });
  await put('ConfigMap', 'same', { data: { a: 'same' } });
  await put('ConfigMap', 'left', { data: { a: planted } });
  await put('Secret', 'password', { stringData: { key: planted } });
  const resources = ['changed', 'same', 'left'].map((name) => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'devnet', name, status: 'Synced' }));
  await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'devnet' }, spec: {}, status: { resources } }, by, never);
  await cluster.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Without the check of providers, whose adapters take long to load and have nothing to say here. */
async function run(output: 'text' | 'json' = 'text'): Promise<Told> {
  return told((io) => diff({ path: join(folder, 'repository'), repositories: [], cluster: { kind: 'local', folder: join(folder, 'cluster') }, output }, io, never));
}

async function told(work: (io: Io) => Promise<number>): Promise<Told> {
  const text = { out: '', err: '' };
  const io: Io = { out: { write: (part) => (text.out += part) }, err: { write: (part) => (text.err += part) }, isTerminal: false, columns: 100, env: {} };
  const code = await work(io);
  expect(text.out + text.err).not.toContain(planted);
  return { code, ...text };
}

describe('prelude plan --diff', { timeout: 60_000 }, () => {
  it('shows what would be created, changed and pruned as unified diffs, and no value of a Secret', async () => {
    const { code, out } = await run();

    expect(code).toBe(0);
    expect(out).toMatch(/^Application argocd\/devnet {2}1 created, 2 changed, 1 pruned, 1 unchanged$/m);
    expect(out).toContain('changed ConfigMap devnet/changed  devnet/all.yaml:1\n--- live ConfigMap devnet/changed\n+++ git ConfigMap devnet/changed\n@@');
    expect(out).toContain('\n-  a: old\n+  a: new\n   b: same\n');
    expect(out).toMatch(/^created ConfigMap devnet\/fresh .*\n--- \/dev\/null\n\+\+\+ git ConfigMap devnet\/fresh\n@@ -0,0 /m);
    expect(out).toMatch(/^pruned ConfigMap devnet\/left: no longer in Git$/m);
    expect(out).toMatch(/^\+ {2}key: "?\[redacted, another value\]"?$/m);
    expect(out).toContain('1 hook would run\n');
  });

  it('writes nothing, and tells programs the same', async () => {
    const before = await run('json');
    const after = await run('json');

    expect(after).toEqual(before);
    expect(JSON.parse(after.out).applications[0]).toMatchObject({
      namespace: 'argocd',
      name: 'devnet',
      hooks: 1,
      objects: expect.arrayContaining([
        { change: 'unchanged', ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'devnet', name: 'same' }, origin: { file: 'devnet/all.yaml', line: 6 } },
        expect.objectContaining({ change: 'changed', diff: expect.stringContaining('+  a: new') }),
      ]),
    });
  });

  it('looks at no cluster unless it is told to', async () => {
    expect(await told((io) => program(['plan', join(folder, 'repository'), '--local', join(folder, 'cluster')], io, never))).toMatchObject({ code: 2, err: expect.stringContaining('with --diff only') });
  });

  it('does nothing for a plan that is refused', async () => {
    writeFileSync(join(folder, 'repository', 'devnet', 'broken.yaml'), 'apiVersion: [');
    const refused = await run();
    rmSync(join(folder, 'repository', 'devnet', 'broken.yaml'));

    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('the plan is refused, so nothing would be done');
  });
});
