import { describe, expect, test } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';
import { planRepository } from './plan-repository.ts';
import type { RepositoryPlan } from './planned-application.ts';

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: devnet, namespace: argocd}
spec:
  source: {repoURL: ., path: devnet}
  destination: {server: https://kubernetes.default.svc, namespace: devnet}
`;

function externalSecret(name: string, spec: string): string {
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n${spec}`;
}

function clusterStore(name: string, more = ''): string {
  return `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: ${name}\n${more}spec:\n  provider: {fake: {data: []}}\n`;
}

function generator(kind: string, name: string, spec = '{}'): string {
  return `apiVersion: generators.external-secrets.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

function deployment(name: string, secret: string, key: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: main, env: [{name: V, valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}}]}]}}}\n`;
}

async function planOf(...documents: readonly string[]): Promise<RepositoryPlan> {
  const home = memoryHome({ 'app.yaml': application, 'devnet/a.yaml': documents.join('---\n') });
  return planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
}

async function problemsOf(...documents: readonly string[]): Promise<readonly string[]> {
  const { applications } = await planOf(...documents);
  return applications.flatMap((one) => (one.kind === 'planned' ? one.plan.problems : [one.problem])).map(({ severity, origin, path, message }) => `${origin?.file}:${origin?.line} ${severity} ${path}: ${message}`);
}

describe('several stores', () => {
  const spec = `  secretStoreRef: {kind: ClusterSecretStore, name: one}
  data:
    - {secretKey: a, remoteRef: {key: a}}
    - secretKey: b
      remoteRef: {key: b}
      sourceRef: {storeRef: {kind: ClusterSecretStore, name: two}}
`;

  test('each of them is looked for, and told where it is named', async () => {
    expect(await problemsOf(clusterStore('one'), externalSecret('both', spec))).toEqual([
      'devnet/a.yaml:17 warning spec.data[1].sourceRef.storeRef.name: nothing here declares ClusterSecretStore two; whether it exists is decided at the barrier',
    ]);
    expect(await problemsOf(clusterStore('one'), clusterStore('two'), externalSecret('both', spec))).toEqual([]);
  });

  test('a key that a store keeps from the namespace is refused, by the field that names it', async () => {
    const restricted = clusterStore('two', '  annotations: {prelude.dev/allowed-keys: \'["{namespace}/*"]\'}\n');

    expect(await problemsOf(clusterStore('one'), restricted, externalSecret('both', spec))).toEqual([
      'devnet/a.yaml:24 error spec.data[1].remoteRef.key: ClusterSecretStore two (devnet/a.yaml:8) does not let namespace devnet read "b"; add it to the annotation that lists the allowed keys',
    ]);
  });
});

describe('generators', () => {
  const generated = (kind: string, name: string): string => externalSecret('made', `  dataFrom:\n    - sourceRef:\n        generatorRef: {kind: ${kind}, name: ${name}}\n`);

  test('one that Git declares is found, and its keys show when it runs', async () => {
    const plan = await planOf(generator('Password', 'p'), generated('Password', 'p'), deployment('bot', 'made', 'password'));
    const [one] = plan.applications;
    const planned = one?.kind === 'planned' ? one.plan : undefined;

    expect(planned?.problems).toEqual([]);
    expect(planned?.needs.map(({ resolution }) => resolution)).toMatchObject([{ state: 'barrier', reason: 'which keys ExternalSecret made makes shows when it runs' }]);
    expect(planned?.phases.filter(({ objects }) => objects.length > 0).map(({ name, objects }) => `${name}: ${objects.map(({ object }) => object.kind).join(' ')}`)).toEqual(['plumbing: Password', 'secrets: ExternalSecret', 'waves: Deployment']);
  });

  test('one that nothing declares is a warning, as a store is', async () => {
    const warning = (kind: string) => `devnet/a.yaml:7 warning spec.dataFrom[0].sourceRef.generatorRef: nothing here declares ${kind} p; whether it exists is decided at the barrier`;

    expect(await problemsOf(generated('Password', 'p'))).toEqual([warning('Password')]);
    expect(await problemsOf(generated('ClusterGenerator', 'p'))).toEqual([warning('ClusterGenerator')]);
  });

  test('a kind that this version does not run is refused by its name, wherever it stands', async () => {
    const supported = expect.stringMatching(/ error (kind|spec\.kind|spec\.dataFrom\[0\]\.sourceRef\.generatorRef): generators of kind Grafana are not supported by this version of Prelude; supported: .*Password/);

    expect(await problemsOf(generated('Grafana', 'p'))).toEqual([supported]);
    expect(await problemsOf(generator('Grafana', 'p'))).toEqual([supported]);
    expect(await problemsOf(generator('ClusterGenerator', 'p', '{kind: Grafana, generator: {grafanaSpec: {}}}'))).toEqual([supported]);
    expect(await problemsOf(generator('Gadget', 'p'))).toEqual(['devnet/a.yaml:2 error kind: is not a kind of generator']);
  });

  test('a generator that takes its credentials from the Secret that it makes is a cycle', async () => {
    const spec = '{auth: {privateKey: {secretRef: {name: made, key: token}}}}';

    expect(await problemsOf(generator('GithubAccessToken', 'g', spec), generated('GithubAccessToken', 'g'))).toEqual([
      'devnet/a.yaml:12 error spec.dataFrom[0].sourceRef.generatorRef: waits for itself: ExternalSecret devnet/made (devnet/a.yaml:6) uses GithubAccessToken g with credentials from Secret devnet/made, which is made by ExternalSecret devnet/made (devnet/a.yaml:6)',
    ]);
  });
});

describe('ClusterExternalSecrets', () => {
  const spread = (where: string, spec = '    secretStoreRef: {kind: ClusterSecretStore, name: one}\n    data: [{secretKey: token, remoteRef: {key: a}}]\n'): string =>
    `apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: shared}\nspec:\n  externalSecretName: seed\n${where}  externalSecretSpec:\n${spec}`;
  const resolution = async (...documents: readonly string[]): Promise<unknown> => {
    const [one] = (await planOf(clusterStore('one'), ...documents)).applications;
    return one?.kind === 'planned' ? { problems: one.plan.problems.map(({ message }) => message), needs: one.plan.needs.map((need) => need.resolution) } : undefined;
  };

  test('make their Secret in the namespaces that they name', async () => {
    expect(await resolution(spread('  namespaces: [devnet, mainnet]\n'), deployment('bot', 'seed', 'token'))).toMatchObject({ problems: [], needs: [{ state: 'provided', by: { kind: 'ExternalSecret', name: 'seed' } }] });
    expect(await resolution(spread('  namespaces: [mainnet]\n'), deployment('bot', 'seed', 'token'))).toMatchObject({ problems: [expect.stringContaining('nothing in Git makes Secret devnet/seed')] });
    expect(await resolution(spread('  namespaces: [devnet]\n'), deployment('bot', 'seed', 'tokn'))).toMatchObject({ problems: [expect.stringContaining('is "token" meant?')] });
  });

  test('may make it wherever their selectors choose: only the cluster can tell', async () => {
    expect(await resolution(spread('  namespaceSelectors: [{matchLabels: {team: net}}]\n'), deployment('bot', 'seed', 'token'))).toEqual({
      problems: [],
      needs: [{ state: 'barrier', reason: 'made by ClusterExternalSecret shared, if its selectors choose namespace devnet' }],
    });
  });

  test('are checked once, where their spec stands', async () => {
    const broken = '    secretStoreRef: {kind: ClusterSecretStore, name: two}\n    target: {template: {data: {a: "{{ if }}"}}}\n    data: [{secretKey: token, remoteRef: {key: a}}]\n';

    expect(await problemsOf(spread('  namespaces: [devnet, mainnet]\n', broken))).toEqual([
      expect.stringMatching(/^devnet\/a\.yaml:8 warning spec\.externalSecretSpec\.secretStoreRef\.name: nothing here declares ClusterSecretStore two/),
      expect.stringMatching(/^devnet\/a\.yaml:9 error spec\.externalSecretSpec\.target\.template\.data\[a\]: /),
    ]);
    expect(await problemsOf(spread('  namespaceSelectors: [{matchLabels: {team: net}}]\n', broken))).toEqual([expect.stringMatching(/ error spec\.externalSecretSpec\.target\.template\.data\[a\]: /)]);
    expect(await problemsOf(spread('', '    data: [{secretKey: a, remoteRef: {}}]\n'))).toContainEqual(expect.stringMatching(/^devnet\/a\.yaml:7 error spec\.externalSecretSpec\.data\[0\]\.remoteRef\.key: /));
  });

  test('are written before the barrier', async () => {
    const [one] = (await planOf(clusterStore('one'), spread('  namespaces: [devnet]\n'))).applications;

    expect(one?.kind === 'planned' && one.plan.phases.find(({ name }) => name === 'secrets')?.objects.map(({ object }) => object.kind)).toEqual(['ClusterExternalSecret']);
  });
});

test('PushSecrets are read, and written before the barrier', async () => {
  const push = (fields: string): string => `apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: push}\nspec:\n${fields}`;
  const good = '  secretStoreRefs: [{name: one}]\n  selector: {secret: {name: a}}\n  data: [{match: {secretKey: a, remoteRef: {remoteKey: b}}}]\n';

  expect(await problemsOf(push(good))).toEqual([]);
  expect(await problemsOf(push(`${good}  refreshInterval: often\n`))).toEqual([expect.stringContaining('devnet/a.yaml:8 error spec.refreshInterval: must be a duration')]);
  const [one] = (await planOf(push(good))).applications;
  expect(one?.kind === 'planned' && one.plan.phases.find(({ name }) => name === 'secrets')?.objects).toHaveLength(1);
});
