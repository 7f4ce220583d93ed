import { describe, expect, it } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createRenderers } from '../render/render-source.ts';
import type { Renderer } from '../render/renderer.ts';
import { createResolver } from '../source/resolver.ts';
import type { SourceFile } from '../source/source-tree.ts';
import { planRepository, type RepositoryPlanInput } from './plan-repository.ts';
import { isRefused, type RepositoryPlan } from './planned-application.ts';
import type { Problem } from './plan.ts';

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: devnet
  namespace: argocd
spec:
  source:
    repoURL: .
    path: devnet
  destination:
    server: https://kubernetes.default.svc
    namespace: devnet
`;

const store = `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: store}
spec:
  provider:
    fake: {data: []}
`;

function externalSecret(name: string, keys: readonly string[] = ['token'], storeName = 'store'): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}}
spec:
  secretStoreRef: {name: ${storeName}}
  data:
${keys.map((key) => `    - {secretKey: ${key}, remoteRef: {key: remote}}`).join('\n')}
`;
}

function deployment(name: string, env: string, podFields = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:${podFields}
      containers:
        - name: main
          env:
            - name: VALUE
              valueFrom:
                secretKeyRef: ${env}
`;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function planOf(files: Files, options: Partial<RepositoryPlanInput> = {}): Promise<RepositoryPlan> {
  const home = memoryHome({ 'app.yaml': application, ...files });
  return planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20), ...options }, new AbortController().signal);
}

function line({ severity, origin, path, message }: Problem): string {
  const where = origin === undefined ? '' : `${origin.file}:${origin.line} `;
  return `${where}${severity} ${path === undefined ? '' : `${path}: `}${message}`;
}

function problems({ applications, problems: loose }: RepositoryPlan): readonly string[] {
  return [...applications.flatMap((one) => (one.kind === 'planned' ? one.plan.problems : [one.problem])), ...loose].map(line);
}

async function problemsOf(files: Files, options?: Partial<RepositoryPlanInput>): Promise<readonly string[]> {
  return problems(await planOf(files, options));
}

describe('planRepository', () => {
  it('says to renderers what is about to come before it reads any of it', async () => {
    const home = memoryHome({ 'app.yaml': application, 'charts/a/Chart.yaml': 'name: a' });
    const told: string[] = [];
    const tree = { ...home.tree, read: async (...args: Parameters<typeof home.tree.read>) => (told.push('read'), home.tree.read(...args)) };
    const reader = createManifestReader(1 << 20);
    const renderer = { ...createRenderers(reader)[2]!, prepare: (files: readonly SourceFile[]) => void told.push(files.map(({ path }) => path).join(' ')) };

    await planRepository({ home: { ...home, tree }, resolver: createResolver({ home }), reader, renderers: [renderer] }, new AbortController().signal);

    expect(told.slice(0, 2)).toEqual(['app.yaml charts/a/Chart.yaml', 'read']);
  });

  it('renders several Applications at once, and has them in their order', async () => {
    const names = ['net-1', 'net-2', 'net-3', 'net-4', 'net-5'];
    const files = Object.fromEntries(names.flatMap((name) => [[`apps/${name}.yaml`, application.replaceAll('devnet', name)], [`${name}/a.yaml`, deployment('bot', '{name: own, key: token}')]]));
    const four = Promise.withResolvers<void>();
    let running = 0;
    const renderer: Renderer = {
      name: 'slow',
      accepts: async () => true,
      valueSources: async () => [],
      render: async () => {
        running += 1;
        if (running === 4) four.resolve();
        await four.promise;
        return { objects: [], problems: [] };
      },
    };

    const plan = await planOf({ 'app.yaml': 'a: b', ...files }, { renderers: [renderer] });

    expect(plan.applications.map(({ application: { metadata } }) => metadata.name)).toEqual(names);
  });

  it('finds nothing wrong with a repository in which everything is provided', async () => {
    const plan = await planOf({ 'devnet/a.yaml': `${store}---\n${externalSecret('faucet')}---\n${deployment('bot', '{name: faucet, key: token}')}` });

    expect(problems(plan)).toEqual([]);
    expect(isRefused(plan)).toBe(false);
  });

  it('has all phases in order, with accounts and stores before Secrets and the rest behind the barrier', async () => {
    const kinds = ['ConfigMap', 'Service', 'ServiceAccount', 'Namespace', 'PersistentVolumeClaim'].map((kind) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: x}\n`);
    const rbac = ['Role', 'ClusterRole', 'RoleBinding'].map((kind) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: x}\n`);
    const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org}\nspec: {group: example.org, scope: Cluster, names: {kind: Thing}}\n';
    const thing = 'apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: x, namespace: gone}\n';
    const early = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: early, annotations: {argocd.argoproj.io/sync-wave: "-1"}}\n';

    const plan = await planOf({ 'devnet/a.yaml': [...kinds, ...rbac, crd, thing, early, store, externalSecret('s'), deployment('d', '{name: s, key: token}')].join('---\n') });

    const [one] = plan.applications;
    const phases = one?.kind === 'planned' ? one.plan.phases : [];
    expect(phases.map(({ name, objects }) => [name, objects.map(({ object }) => `${object.kind} ${object.metadata.namespace ?? '-'}/${object.metadata.name}`)])).toEqual([
      ['namespace', ['Namespace -/x']],
      ['plumbing', ['ServiceAccount devnet/x', 'ClusterRole -/x', 'Role devnet/x', 'RoleBinding devnet/x', 'SecretStore devnet/store']],
      ['secrets', ['ExternalSecret devnet/s']],
      ['barrier', []],
      ['crds', ['CustomResourceDefinition -/things.example.org']],
      ['preSync', []],
      ['waves', ['ConfigMap devnet/early', 'ConfigMap devnet/x', 'PersistentVolumeClaim devnet/x', 'Service devnet/x', 'Deployment devnet/d', 'Thing -/x']],
      ['postSync', []],
      ['prune', []],
      ...['syncFail', 'preDelete', 'postDelete'].map((name) => [name, []]),
    ]);
    expect(problems(plan)).toEqual([]);
  });

  it('writes v1beta1 of External Secrets as v1', async () => {
    const plan = await planOf({ 'devnet/a.yaml': `${store}---\n${externalSecret('s')}`.replaceAll('external-secrets.io/v1', 'external-secrets.io/v1beta1') });

    const [one] = plan.applications;
    const objects = one?.kind === 'planned' ? one.plan.phases.flatMap((phase) => phase.objects) : [];
    expect(objects.map(({ object }) => object.apiVersion)).toEqual(['external-secrets.io/v1', 'external-secrets.io/v1']);
    expect(problems(plan)).toEqual([]);
  });

  it('marks objects whose scope only the cluster knows, and leaves foreign namespaces alone', async () => {
    const plan = await planOf({ 'devnet/a.yaml': 'apiVersion: other.example/v1\nkind: Unknown\nmetadata: {name: u}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: elsewhere}\n' });

    const [one] = plan.applications;
    const objects = one?.kind === 'planned' ? one.plan.phases.flatMap((phase) => phase.objects) : [];
    expect(objects.map(({ object, namespaceAssumed }) => [object.kind, object.metadata.namespace, namespaceAssumed])).toEqual([
      ['ConfigMap', 'elsewhere', undefined],
      ['Unknown', 'devnet', true],
    ]);
  });

  it('says of each need what provides it', async () => {
    const dynamic = `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: dyn}\nspec:\n  secretStoreRef: {name: store}\n  dataFrom: [{extract: {key: r}}]\n`;
    const annotated = application.replace('  namespace: argocd\n', '  namespace: argocd\n  annotations: {prelude.dev/assume-secrets: "hand, half/one"}\n');
    const names = ['{name: faucet, key: token}', '{name: dyn, key: any}', '{name: hand, key: x}', '{name: half, key: one}', '{name: half, key: two}'];
    const plan = await planOf({ 'app.yaml': annotated, 'devnet/a.yaml': [store, externalSecret('faucet'), dynamic, ...names.map((env, index) => deployment(`d${index}`, env))].join('---\n') });

    const [one] = plan.applications;
    const needs = one?.kind === 'planned' ? one.plan.needs : [];
    expect(needs.map(({ secret, key, resolution }) => [`${secret}/${key}`, resolution.state, 'reason' in resolution ? resolution.reason : resolution.by.name])).toEqual([
      ['dyn/any', 'barrier', 'which keys ExternalSecret dyn makes shows when it runs'],
      ['faucet/token', 'provided', 'faucet'],
      ['half/one', 'barrier', 'made by hand, says prelude.dev/assume-secrets'],
      ['half/two', 'missing', 'nothing in Git makes Secret devnet/half; declare an ExternalSecret for it, or name it in prelude.dev/assume-secrets'],
      ['hand/x', 'barrier', 'made by hand, says prelude.dev/assume-secrets'],
    ]);
  });

  it('takes what another Application makes in the namespace for provided, and orders that one first', async () => {
    const other = application.replace('name: devnet', 'name: secrets').replace('path: devnet', 'path: secrets');
    const plan = await planOf({ 'other.yaml': other, 'secrets/a.yaml': `${store}---\n${externalSecret('faucet')}`, 'devnet/a.yaml': deployment('bot', '{name: faucet, key: token}') });

    expect(problems(plan)).toEqual([]);
    expect(plan.applications.map(({ application: { metadata } }) => metadata.name)).toEqual(['secrets', 'devnet']);
  });

  it('leaves an Application out of its own objects and keeps others', async () => {
    const child = application.replace('name: devnet', 'name: child').replace('path: devnet', 'path: child');
    const plan = await planOf({ 'app.yaml': '', 'devnet/app.yaml': `${application}---\n${child}`, 'child/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n' });

    const devnet = plan.applications.find((one) => one.application.metadata.name === 'devnet');
    expect(devnet?.kind === 'planned' ? devnet.plan.phases.flatMap(({ objects }) => objects.map(({ object }) => object.metadata.name)) : []).toEqual(['child']);
    expect(problems(plan)).toEqual([]);
  });

  it('plans the others where one repository is elsewhere, and takes nothing for missing then', async () => {
    const elsewhere = application.replace('name: devnet', 'name: elsewhere').replace('repoURL: .', 'repoURL: https://git.example/other.git');
    const plan = await planOf({ 'other.yaml': elsewhere, 'devnet/a.yaml': deployment('bot', '{name: faucet, key: token}') });

    expect(problems(plan)).toEqual(['other.yaml:8 error spec.source.repoURL: not planned: https://git.example/other.git is another repository; only the one at hand is read offline']);
    expect(isRefused(plan)).toBe(true);
    const devnet = plan.applications.find((one) => one.kind === 'planned');
    expect(devnet?.plan.needs[0]?.resolution).toEqual({ state: 'barrier', reason: 'nothing in Git makes Secret devnet/faucet that was read; another Application may' });
  });

  it('reads the repository under its own address, too', async () => {
    const plan = await planOf({ 'app.yaml': application.replace('repoURL: .', 'repoURL: git@git.example:testnets.git'), 'devnet/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n' });

    expect(plan.applications[0]).toMatchObject({ kind: 'planned', source: { kind: 'home', prefix: '' } });
    expect(problems(plan)).toEqual([]);
  });

  it('confines a broken file to its own Application', async () => {
    const other = application.replaceAll('devnet', 'other');
    const plan = await planOf({ 'other.yaml': other, 'other/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n', 'devnet/broken.yaml': 'a: "open\n', 'devnet/good.yaml': externalSecret('s') });

    const refused = plan.applications.filter((one) => one.kind === 'planned' && one.plan.problems.some(({ severity }) => severity === 'error'));
    expect(refused.map(({ application: { metadata } }) => metadata.name)).toEqual(['devnet']);
  });

  it('gives the same plan whatever the order of the files', async () => {
    const files = { 'devnet/a.yaml': store, 'devnet/b.yaml': externalSecret('faucet'), 'devnet/c.yaml': deployment('bot', '{name: faucet, key: token}'), 'devnet/d.yaml': deployment('cat', '{name: faucet, key: token}') };
    const shape = (plan: RepositoryPlan): string => JSON.stringify(plan);

    expect(shape(await planOf(Object.fromEntries(Object.entries(files).toReversed())))).toBe(shape(await planOf(files)));
  });
});

describe('the problems of a repository', () => {
  const good = `${store}---\n${externalSecret('faucet', ['token', 'user'])}`;
  const noted = (annotations: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations:\n    ${annotations}\n`;

  it.each<readonly [string, Files, readonly string[]]>([
    ['a Secret that nothing makes', { 'devnet/a.yaml': deployment('bot', '{name: faucet, key: token}') }, [
      'devnet/a.yaml:13 error spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef: Deployment bot needs key "token" of Secret faucet: nothing in Git makes Secret devnet/faucet; declare an ExternalSecret for it, or name it in prelude.dev/assume-secrets',
    ]],
    ['a misspelt Secret', { 'devnet/a.yaml': good, 'devnet/b.yaml': deployment('bot', '{name: fuacet, key: token}') }, [
      'devnet/b.yaml:13 error spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef: Deployment bot needs key "token" of Secret fuacet: nothing in Git makes Secret devnet/fuacet; is "faucet" meant?',
    ]],
    ['a misspelt key', { 'devnet/a.yaml': good, 'devnet/b.yaml': deployment('bot', '{name: faucet, key: tokne}') }, [
      'devnet/b.yaml:13 error spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef: Deployment bot needs key "tokne" of Secret faucet: ExternalSecret devnet/faucet (devnet/a.yaml:8) makes only "token", "user"; is "token" meant?',
    ]],
    ['a pull secret that nothing makes', { 'devnet/a.yaml': good, 'devnet/b.yaml': deployment('bot', '{name: faucet, key: token}', '\n      imagePullSecrets: [{name: pull}]') }, [
      'devnet/b.yaml:8 warning spec.template.spec.imagePullSecrets[0]: Deployment bot names Secret pull, and is not kept waiting for it: nothing in Git makes Secret devnet/pull; declare an ExternalSecret for it, or name it in prelude.dev/assume-secrets',
    ]],
    ['a pull secret of the wrong type', { 'devnet/a.yaml': good, 'devnet/b.yaml': deployment('bot', '{name: faucet, key: token}', '\n      imagePullSecrets: [{name: faucet}]') }, [
      'devnet/b.yaml:8 warning spec.template.spec.imagePullSecrets[0]: Deployment bot pulls images with Secret faucet, which is not of type kubernetes.io/dockerconfigjson; set spec.target.template.type of ExternalSecret faucet',
    ]],
    ['a store that is not in the repository', { 'devnet/a.yaml': externalSecret('s') }, [
      'devnet/a.yaml:5 warning spec.secretStoreRef.name: nothing here declares SecretStore store; whether it exists is decided at the barrier',
    ]],
    ['a store that may not be used here', { 'devnet/a.yaml': `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: store}\nspec:\n  conditions: [{namespaces: [other]}]\n  provider: {fake: {data: []}}\n---\n${externalSecret('s').replace('{name: store}', '{kind: ClusterSecretStore, name: store}')}` }, [
      'devnet/a.yaml:12 error spec.secretStoreRef.name: ClusterSecretStore store (devnet/a.yaml:1) may not be used from namespace devnet; add the namespace to its spec.conditions',
    ]],
    ['policies of an ExternalSecret that go ill together', { 'devnet/a.yaml': `${store}---\n${externalSecret('s')}  target:\n    creationPolicy: Merge\n    deletionPolicy: Delete\n` }, [
      "devnet/a.yaml:17 error spec.target.deletionPolicy: Delete must not be used with creationPolicy Merge: the Secret is not this ExternalSecret's to delete; use creationPolicy Owner",
    ]],
    ['a field that a store does not have', { 'devnet/a.yaml': store.replace('spec:\n', 'spec:\n  nosuch: 1\n') }, ['devnet/a.yaml:5 error spec.nosuch: unknown field']],
    ['an Application that asks for something unsupported', { 'app.yaml': application.replace('    path: devnet\n', '    path: devnet\n    plugin:\n      name: x\n') }, [
      'app.yaml:10 error spec.source.plugin: is not supported by this version of Prelude; remove it',
    ]],
    ['an Application twice', { 'app2.yaml': application, 'devnet/a.yaml': good }, ['app2.yaml:4 error metadata.name: Application argocd/devnet stands twice; the other is at app.yaml:1']],
    ['an operation in Git', { 'app.yaml': `${application}operation:\n  sync: {}\n` }, ['app.yaml:13 error operation: an operation is asked of the cluster, not committed; remove it']],
    ['a folder that is not there', {}, ['app.yaml:9 error spec.source.path: there is no such folder in the repository']],
    ['a file for a folder', { 'devnet': good }, ['app.yaml:9 error spec.source.path: is a file; name its folder and use directory.include']],
    ['a chart whose dependencies are elsewhere', { 'devnet/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: db, version: 1.0.0, repository: "https://x.example"}]\n' }, [
      'devnet/Chart.yaml:1 error Chart.yaml depends on charts that are not in charts/ (db), and nothing is fetched offline; run helm dependency build and commit them',
    ]],
    ['a kustomization with a base elsewhere', { 'devnet/kustomization.yaml': 'resources: ["https://x.example/a.yaml"]\n' }, [
      'devnet/kustomization.yaml:1 error resources[0]: is, or may be taken for, a URL: nothing is fetched; commit the base, and name it by its path',
    ]],
    ['Jsonnet', { 'devnet/a.jsonnet': '{}' }, ['devnet/a.jsonnet:1 error Jsonnet is not supported']],
    ['broken YAML', { 'devnet/a.yaml': 'kind: x\na: "open\n' }, ['devnet/a.yaml:3 error not valid YAML: a quote, bracket, brace, comma, colon or space is missing (column 1)']],
    ['text that is not UTF-8', { 'devnet/a.yaml': Buffer.from([0x61, 0xff]) }, ['devnet/a.yaml:1 error not valid YAML: this is not UTF-8 text (column 2)']],
    ['an object without a kind', { 'devnet/a.yaml': 'apiVersion: v1\nmetadata: {name: x}\n' }, ['devnet/a.yaml:1 error kind: is required']],
    ['an object without a name', { 'devnet/a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' }, ['devnet/a.yaml:1 error metadata.name: is required']],
    ['generateName', { 'devnet/a.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: x-\n' }, ['devnet/a.yaml:3 error metadata.name: is required: with generateName every sync would make another object']],
    ['a number for an annotation', { 'devnet/a.yaml': noted('on: 8080') }, ['devnet/a.yaml:6 error metadata.annotations.true: must be a string; quote the value']],
    ['a wave that is no integer', { 'devnet/a.yaml': noted('argocd.argoproj.io/sync-wave: early') }, ['devnet/a.yaml:6 error metadata.annotations[argocd.argoproj.io/sync-wave]: must be an integer']],
    ['a hook that nothing runs', { 'devnet/a.yaml': noted('argocd.argoproj.io/hook: presync') }, [
      'devnet/a.yaml:6 error metadata.annotations[argocd.argoproj.io/hook]: is a hook that is never run; supported: PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete, Skip, pre-install, pre-upgrade, post-install, post-upgrade, pre-delete, post-delete',
    ]],
    ['a Helm hook that nothing runs', { 'devnet/a.yaml': noted('helm.sh/hook: pre-rollback') }, [
      'devnet/a.yaml:6 error metadata.annotations[helm.sh/hook]: is a hook that is never run; supported: PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete, Skip, pre-install, pre-upgrade, post-install, post-upgrade, pre-delete, post-delete',
    ]],
    ['a sync option that is not acted on', { 'devnet/a.yaml': noted('argocd.argoproj.io/sync-options: Prune=false,Replace=maybe') }, [
      'devnet/a.yaml:6 error metadata.annotations[argocd.argoproj.io/sync-options]: entry 2: Replace must be one of true, false',
    ]],
    ['a Secret with a value', { 'devnet/a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: canary\n' }, [
      'devnet/a.yaml:4 error stringData: a Secret with values in Git is no secret to anyone who reads the repository; declare an ExternalSecret instead, seal it (prelude seal), encrypt the file with SOPS, or say prelude.dev/allow-plain-secrets: "true" on the Application',
    ]],
    ['a Secret whose data is a text', { 'devnet/a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: canary\n' }, [
      'devnet/a.yaml:4 error data: a Secret with values in Git is no secret to anyone who reads the repository; declare an ExternalSecret instead, seal it (prelude seal), encrypt the file with SOPS, or say prelude.dev/allow-plain-secrets: "true" on the Application',
    ]],
    ['a SealedSecret', { 'devnet/a.yaml': 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {a b: x}}\n' }, ['devnet/a.yaml:4 error spec.encryptedData[a b]: has characters other than letters, digits, -, _ and .']],
    ['an object twice', { 'devnet/a.yaml': good, 'devnet/b.yaml': externalSecret('faucet', ['token', 'user']) }, ['devnet/b.yaml:1 error ExternalSecret faucet stands twice in this Application; the other is at devnet/a.yaml:8']],
    ['two that make one Secret', { 'devnet/a.yaml': good, 'devnet/b.yaml': `${externalSecret('two')}  target: {name: faucet}\n` }, [
      'devnet/a.yaml:8 error Secret devnet/faucet is made by ExternalSecret devnet/faucet (devnet/a.yaml:8) and by ExternalSecret devnet/two (devnet/b.yaml:1); keep one',
      'devnet/b.yaml:1 error Secret devnet/faucet is made by ExternalSecret devnet/two (devnet/b.yaml:1) and by ExternalSecret devnet/faucet (devnet/a.yaml:8); keep one',
    ]],
    ['an object of two Applications', { 'app2.yaml': application.replace('name: devnet', 'name: twin'), 'devnet/a.yaml': store }, [
      'devnet/a.yaml:1 error SecretStore devnet/store belongs to two Applications: argocd/devnet (devnet/a.yaml:1) and argocd/twin',
    ]],
    ['a manifest that no Application covers', { 'devnet/a.yaml': store, 'lost/b.yaml': `# head\n${store}` }, ['lost/b.yaml:2 warning not applied: no Application covers this file']],
    ['a manifest below a folder that is not recursed', { 'devnet/a.yaml': store, 'devnet/sub/b.yaml': externalSecret('s') }, [
      'devnet/sub/b.yaml:1 warning not applied: it lies below the folder of Application argocd/devnet, whose directory.recurse is off',
    ]],
    ['a broken file that nothing covers', { 'devnet/a.yaml': store, 'lost/b.yaml': 'kind: "open\n' }, ['lost/b.yaml:2 warning not valid YAML: a quote, bracket, brace, comma, colon or space is missing (column 1)']],
    ['a broken file that may be an Application', { 'devnet/a.yaml': store, 'lost/b.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: "open\n' }, [
      'lost/b.yaml:4 error not valid YAML: a quote, bracket, brace, comma, colon or space is missing (column 1)',
    ]],
    ['a glob that is none', { 'app.yaml': application.replace('    path: devnet\n', "    path: devnet\n    directory: {include: '{a'}\n"), 'devnet/a.yaml': 'x: 1\n' }, ['app.yaml:10 error spec.source.directory.include: is not a glob']],
    ['a malformed list of assumed Secrets', { 'app.yaml': application.replace('  namespace: argocd\n', '  namespace: argocd\n  annotations:\n    prelude.dev/assume-secrets: A_B\n'), 'devnet/a.yaml': store }, [
      'app.yaml:7 error metadata.annotations[prelude.dev/assume-secrets]: must be a list of NAME or NAME/KEY, separated by commas',
    ]],
    ['a malformed list of values', { 'app.yaml': application.replace('  namespace: argocd\n', '  namespace: argocd\n  annotations:\n    prelude.dev/values-from: "{}"\n    prelude.dev/renderer: docker\n'), 'devnet/a.yaml': store }, [
      'app.yaml:7 error metadata.annotations[prelude.dev/values-from]: must be a list',
      'app.yaml:8 error metadata.annotations[prelude.dev/renderer]: must be one of builtin, helm',
    ]],
    ['an annotation of ours that means nothing', { 'app.yaml': application.replace('  namespace: argocd\n', '  namespace: argocd\n  annotations: {prelude.dev/assume-secret: x}\n'), 'devnet/a.yaml': store }, [
      'app.yaml:6 warning metadata.annotations[prelude.dev/assume-secret]: is not an annotation that means anything; is "prelude.dev/assume-secrets" meant?',
    ]],
    ['a gate that is none', { 'app.yaml': application.replace('  namespace: argocd\n', '  namespace: argocd\n  annotations: {prelude.dev/gate: some}\n'), 'devnet/a.yaml': store }, ['app.yaml:6 error metadata.annotations[prelude.dev/gate]: must be "all"']],
  ])('%s', async (_name, files, expected) => {
    expect(await problemsOf(files)).toEqual(expected);
  });

  describe('a Secret that two Applications make', () => {
    // in the namespace of devnet, under another name than its own ExternalSecret; named so that it is read before devnet's
    const neighbour = (destination: string): Files => ({
      'a.yaml': application.replace('name: devnet', 'name: a').replace('path: devnet', 'path: a').replace('namespace: devnet', `namespace: ${destination}`),
      'a/a.yaml': `${externalSecret('theirs', ['other']).replace('{name: theirs}', '{name: theirs, namespace: devnet}')}  target: {name: faucet}\n`,
    });
    const refused = async (files: Files): Promise<readonly string[]> => {
      const { applications } = await planOf(files);
      return applications.filter((one) => one.kind === 'planned' && one.plan.problems.some(({ severity }) => severity === 'error')).map((one) => one.application.metadata.name).toSorted();
    };

    it('is an error of the one that reaches out of its own namespace only', async () => {
      const files = { ...neighbour('elsewhere'), 'devnet/a.yaml': good, 'devnet/b.yaml': deployment('bot', '{name: faucet, key: token}') };

      expect(await refused(files)).toEqual(['a']);
      expect(await problemsOf(files)).toContain('a/a.yaml:1 error Secret devnet/faucet is made by ExternalSecret devnet/theirs (a/a.yaml:1) and by ExternalSecret devnet/faucet (devnet/a.yaml:8); keep one');
    });

    it('is an error of both where both are at home, or neither is', async () => {
      expect(await refused({ ...neighbour('devnet'), 'devnet/a.yaml': good })).toEqual(['a', 'devnet']);
      const abroad = externalSecret('faucet').replace('{name: faucet}', '{name: faucet, namespace: third}');
      const intruder = { ...neighbour('elsewhere'), 'a/a.yaml': `${externalSecret('theirs').replace('{name: theirs}', '{name: theirs, namespace: third}')}  target: {name: faucet}\n` };
      expect(await refused({ ...intruder, 'devnet/a.yaml': abroad })).toEqual(['a', 'devnet']);
    });
  });

  it('refuses ExternalSecrets that wait for themselves, with the way around', async () => {
    const awsStore = (name: string, secret: string): string =>
      `apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: ${name}}\nspec:\n  provider:\n    aws: {service: SecretsManager, region: r, auth: {secretRef: {accessKeyIDSecretRef: {name: ${secret}, key: token}}}}\n`;
    const files = { 'devnet/a.yaml': [awsStore('one', 'b'), awsStore('two', 'a'), externalSecret('a', ['token'], 'one'), externalSecret('b', ['token'], 'two'), externalSecret('free', ['token'], 'one')].join('---\n') };

    expect(await problemsOf(files)).toEqual([
      'devnet/a.yaml:19 error spec.secretStoreRef: waits for itself: ExternalSecret devnet/a (devnet/a.yaml:15) reads SecretStore one with credentials from Secret devnet/b, which is made by ExternalSecret devnet/b (devnet/a.yaml:23) reads SecretStore two with credentials from Secret devnet/a, which is made by ExternalSecret devnet/a (devnet/a.yaml:15)',
    ]);
  });

  it('hands the configuration of providers to who knows them', async () => {
    const checkProvider = (provider: unknown) => (JSON.stringify(provider) === '{"fake":{"data":[]}}' ? [{ path: 'fake.data', message: 'must have an entry' }] : []);

    expect(await problemsOf({ 'devnet/a.yaml': store }, { checkProvider })).toEqual(['devnet/a.yaml:6 error spec.provider.fake.data: must have an entry']);
  });

  it('reads Lists, JSON, generated metadata, and skips what is no manifest or says so', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: one, creationTimestamp: null, labels: }\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {}\n`;
    const files = {
      'devnet/list.yaml': list,
      'devnet/typed.json': '{"apiVersion": "v1", "kind": "ConfigMapList", "items": [{"metadata": {"name": "two"}}]}',
      'devnet/values.yaml': 'replicas: 3\n',
      'devnet/skipped.yaml': '# +argocd:skip-file-rendering\nthis: is: not yaml\n',
      'devnet/README.md': 'not: yaml: either',
    };

    const plan = await planOf(files);

    expect(problems(plan)).toEqual(['devnet/list.yaml:9 error metadata.name: is required']);
    const [one] = plan.applications;
    expect(one?.kind === 'planned' ? one.plan.phases.flatMap(({ objects }) => objects.map(({ object }) => object)) : []).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'devnet' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two', namespace: 'devnet' } },
    ]);
  });
});
