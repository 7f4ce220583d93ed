import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { generators, providers } from '../providers/index.ts';
import { wrappedSpecField } from '../src/api/generator-kinds.ts';
import type { KubeObject } from '../src/api/object.ts';
import { parseSecretStore } from '../src/api/secret-store.ts';
import { createObjectChecks } from '../src/app/object-checks.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createMetrics } from '../src/lib/metrics.ts';
import { SecretBytes } from '../src/lib/secret-bytes.ts';
import type { RemoteWrite } from '../src/provider/contract.ts';
import { createGeneratorRegistry } from '../src/provider/generator-registry.ts';
import { ProviderError } from '../src/provider/provider-error.ts';
import type { ProviderServices } from '../src/provider/provider-context.ts';
import { createStoreReader } from '../src/provider/read-planner.ts';
import { createRegistry } from '../src/provider/registry.ts';
import { createGeneratorRunner } from '../src/provider/run-generators.ts';
import { admittedNamespace } from '../src/secret/push/admitted-namespace.ts';
import { mayUseStore, namespaceFacts } from '../src/secret/store-access.ts';
import { generatorExamples, providerExamples } from './support/naming-examples.ts';
import { type NamespaceField, namespaceFields, valueAt, withValueAt } from './support/namespace-fields.ts';
import { recordCredentials } from './support/recording-credentials.ts';

const own = 'team-a';
const other = 'team-b';
const never = new AbortController().signal;
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const registry = createRegistry(providers);
const generatorRegistry = createGeneratorRegistry(generators);

/**
 * Fields that may speak of a namespace without a check of ours, and why. Cluster kinds are the platform team's: who may write them
 * decides for all namespaces anyway. A row that no schema needs fails.
 */
const byDesign: readonly { readonly fields: RegExp; readonly why: string }[] = [
  { fields: /^ClusterExternalSecret spec\.namespace(s|Selector|Selectors)$/, why: 'says in which namespaces objects are made; each of those is then bound to its own namespace' },
  { fields: /^ClusterPushSecret spec\.namespaceSelectors$/, why: 'says in which namespaces objects are made; each of those is then bound to its own namespace' },
  { fields: /^ClusterSecretStore spec\.conditions\[\]\.namespace(s|Selector|Regexes)$/, why: 'takes rights away: only these namespaces may use the store' },
  { fields: /^ClusterSecretStore spec\.provider\.kubernetes\.remoteNamespace$/, why: 'the platform team says which namespace its own credentials read' },
  { fields: /^(Cluster)?SecretStore spec\.provider\.(vault|openBao)\.(auth\.)?namespace$/, why: "a namespace of Vault's or OpenBao's, no namespace of the cluster's" },
  { fields: /^VaultDynamicSecret spec\.provider\.(auth\.)?namespace$/, why: "a namespace of Vault's, no namespace of the cluster's" },
  { fields: /^ClusterGenerator spec\.generator\.vaultDynamicSecretSpec\.provider\.(auth\.)?namespace$/, why: "a namespace of Vault's, no namespace of the cluster's" },
  { fields: /^Application spec\.destination\.namespace$/, why: 'an Application deploys to the namespace it names; it counts only in the namespaces that the operator lists' },
  { fields: /^Application spec\.(source|sources\[\])\.helm\.namespace$/, why: 'what templates are told of their namespace; an object that names one goes there as any other manifest does' },
  { fields: /^Application spec\.(source|sources\[\])\.kustomize\.namespace$/, why: 'not acted on: an error that names it' },
  { fields: /^Application spec\.ignoreDifferences\[\]\.namespace$/, why: "chooses among the Application's own objects which are compared with less; nothing is read or written for it" },
  { fields: /^ApplicationSet spec\.(generators\[\]\.(list|git)\.)?template\.metadata\.namespace$/, why: "an error unless it is the ApplicationSet's own" },
  { fields: /^AppProject spec\.(destinations\[\]\.namespace|sourceNamespaces|namespaceResource(White|Black)list)$/, why: 'takes rights away: what is not in it is refused' },
  { fields: /^AppProject spec\.destinationServiceAccounts\[\]\.namespace$/, why: 'says for which destinations an account is; who may write projects decides for all Applications, and only the accounts that the operator lists may be impersonated' },
  { fields: /^Application spec\.syncPolicy\.managedNamespaceMetadata$/, why: 'labels of the namespace that an Application deploys to' },
];

/** Fields of a SecretStore that are no references, and what shows that they reach nothing of another namespace's. */
const provedOfTenants: Readonly<Record<string, () => Promise<void>>> = {
  'SecretStore spec.conditions[].namespaces': () => admitsNobodyElse({ namespaces: [other] }),
  'SecretStore spec.conditions[].namespaceSelector': () => admitsNobodyElse({ namespaceSelector: {} }),
  'SecretStore spec.conditions[].namespaceRegexes': () => admitsNobodyElse({ namespaceRegexes: ['.*'] }),
  'SecretStore spec.provider.kubernetes.remoteNamespace': remoteNamespaceTakesOwnCredentials,
};

async function admitsNobodyElse(condition: object): Promise<void> {
  const parsed = parseSecretStore({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: own, name: 'vault' }, spec: { provider: { fake: { data: [] } }, conditions: [condition] } });
  if (!parsed.ok) throw new Error('the store does not parse');
  expect([own, other].map((name) => mayUseStore(parsed.value, namespaceFacts({ name })))).toEqual([true, false]);
  return Promise.resolve();
}

/** Which Secrets it reads there is for the API server to say, by the rights of a service account of the store's own namespace. */
async function remoteNamespaceTakesOwnCredentials(): Promise<void> {
  const [, example] = providerExamples['kubernetes'] ?? [];
  const { seen } = await askStore('kubernetes', { ...example, remoteNamespace: other }, 'namespaced');
  expect(seen).toContain(`ServiceAccount ${own}/reader`);
  expect(elsewhere(seen)).toEqual([]);
  // without credentials of its own it would be the controller's that read
  expect(registry.parse({ kubernetes: { remoteNamespace: other } }).ok).toBe(false);
}

const fields = namespaceFields();
const nameOf = ({ kind, path }: NamespaceField): string => `${kind} ${path}`;
const isByDesign = (field: NamespaceField): boolean => byDesign.some(({ fields: pattern }) => pattern.test(nameOf(field)));

/** A field below the configuration of a provider or the spec of a generator. */
interface Configured {
  readonly field: NamespaceField;
  /** The provider's id or the generator's kind. */
  readonly of: string;
  /** Below it. */
  readonly path: string;
}

const inStores = fields.flatMap((field): readonly Configured[] => {
  const { id = '', path = '' } = /^spec\.provider\.(?<id>\w+)\.(?<path>.+)$/.exec(field.path)?.groups ?? {};
  return /^(Cluster)?SecretStore$/.test(field.kind) && id !== '' ? [{ field, of: id, path }] : [];
});
const inGenerators = fields.flatMap((field): readonly Configured[] => {
  if (generatorRegistry.kinds.includes(field.kind)) return [{ field, of: field.kind, path: field.path.replace(/^spec\./, '') }];
  const { name = '', path = '' } = /^spec\.generator\.(?<name>\w+)\.(?<path>.+)$/.exec(field.path)?.groups ?? {};
  const kind = generatorRegistry.kinds.find((one) => wrappedSpecField(one) === name);
  return field.kind === 'ClusterGenerator' && kind !== undefined ? [{ field, of: kind, path }] : [];
});

/** Configurations that have what the field belongs to, each with the name that stands beside it. */
function examplesOf({ of, path }: Configured, all: Readonly<Record<string, readonly unknown[]>>): readonly { readonly at: (namespace: string) => unknown; readonly names: string }[] {
  return (all[of] ?? []).flatMap((example) => {
    const name = valueAt(example, path.replace(/namespace$/, 'name'));
    return typeof name === 'string' ? [{ at: (namespace: string) => withValueAt(example, path, namespace), names: name }] : [];
  });
}

/** What providers and generators are given: credentials that are always there, and a network in which nobody answers. */
function services(): { readonly services: ProviderServices; readonly seen: readonly string[] } {
  const { source, seen } = recordCredentials(pem);
  const deaf = (): Promise<never> => Promise.reject(new ProviderError('unavailable', 'nobody answers'));
  return { services: { credentials: source, http: deaf, renderTemplate: deaf, clock: systemClock, random: Math.random }, seen };
}

interface Attempt {
  /** Why it failed, of what kind; undefined where it did not. */
  readonly error: string | undefined;
  readonly seen: readonly string[];
}

const metrics = createMetrics({ version: 'test', process: false });

async function askStore(id: string, config: unknown, scope: 'namespaced' | 'cluster'): Promise<Attempt> {
  const { services: given, seen } = services();
  // a tenant that may ask as Prelude itself may name no more than any other
  await using reader = disposable(createStoreReader({ ...given, registry, metrics, allowOwnIdentity: true, environment: { AWS_SECRETSMANAGER_ENDPOINT: 'http://127.0.0.1:9' }, limits: { deadline: 2_000 } }));
  const store = { label: 'the store', provider: { [id]: config }, scope, namespace: own };
  // credentials are looked up before anything is asked of the provider; whether it answers does not matter here
  const named = reader.credentials(store).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  const [result] = await reader.read(store, [{ key: 'a' }], AbortSignal.timeout(3_000)).catch(() => []);
  return { error: result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : undefined, seen: [...seen, ...named] };
}

async function runGenerator(kind: string, spec: unknown): Promise<Attempt> {
  const { services: given, seen } = services();
  const runner = createGeneratorRunner({ ...given, registry: generatorRegistry, metrics, environment: { AWS_STS_ENDPOINT: 'http://127.0.0.1:9' } });
  const error = await runner.generate({ label: 'the generator', kind, spec, namespace: own }, AbortSignal.timeout(3_000)).then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof ProviderError ? `${thrown.kind}: ${thrown.message}` : String(thrown)),
  );
  return { error, seen };
}

function disposable<T extends { readonly close: () => Promise<void> }>(reader: T): T & AsyncDisposable {
  return { ...reader, [Symbol.asyncDispose]: reader.close };
}

const elsewhere = (seen: readonly string[]): readonly string[] => seen.filter((one) => !one.includes(` ${own}/`));
const ownOnly = /own namespace only|namespace of its consumer/;

describe('fields whose names speak of a namespace', () => {
  test.each(fields.filter(({ kind }) => kind !== 'SecretStore').map(nameOf))('%s is checked, or free for a reason', (name) => {
    const tested = [...inStores, ...inGenerators].some(({ field }) => nameOf(field) === name);
    expect(tested || isByDesign({ kind: name.split(' ')[0] ?? '', path: name.split(' ')[1] ?? '' })).toBe(true);
  });

  it.each(fields.filter(({ kind }) => kind === 'SecretStore').map(nameOf))('%s: a tenant writes it, so that it is checked', (name) => {
    const tested = inStores.some(({ field, path }) => nameOf(field) === name && /(^|\.)namespace$/.test(path));
    expect(tested || name in provedOfTenants).toBe(true);
  });

  it.each(Object.keys(provedOfTenants).filter((name) => fields.some((field) => nameOf(field) === name)))('%s gives a tenant nothing of another', (name) => provedOfTenants[name]?.());

  it('are free for no reason that is out of date', () => {
    expect(Object.keys(provedOfTenants).filter((name) => !fields.some((field) => nameOf(field) === name))).toEqual([]);
    expect(byDesign.filter(({ fields: pattern }) => !fields.some((field) => pattern.test(nameOf(field))))).toEqual([]);
  });
});

describe.each(inStores.filter((one) => one.field.kind === 'SecretStore' && one.path.endsWith('.namespace') && !isByDesign(one.field)))('SecretStore $field.path', (configured) => {
  const examples = examplesOf(configured, providerExamples);

  it('is reached by an example', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)('names its own namespace ($names)', async ({ at, names }) => {
    const { error, seen } = await askStore(configured.of, at(own), 'namespaced');

    expect(error ?? '').not.toMatch(ownOnly);
    expect(elsewhere(seen)).toEqual([]);
    expect(seen.some((one) => one.endsWith(` ${own}/${names}`))).toBe(true);
  });

  it.each(examples)('names no other namespace ($names)', async ({ at }) => {
    const { error, seen } = await askStore(configured.of, at(other), 'namespaced');

    expect(error).toMatch(/^invalid: /);
    expect(error).toMatch(ownOnly);
    expect(elsewhere(seen)).toEqual([]);
  });
});

describe.each(inStores.filter((one) => one.field.kind === 'ClusterSecretStore' && one.path.endsWith('.namespace') && !isByDesign(one.field)))('ClusterSecretStore $field.path', (configured) => {
  it.each(examplesOf(configured, providerExamples))("fixes a namespace that the platform team has chosen, for just what it names ($names)", async ({ at, names }) => {
    const { seen } = await askStore(configured.of, at('platform'), 'cluster');

    expect(new Set(elsewhere(seen).map((one) => one.split(' ')[1]))).toEqual(new Set([`platform/${names}`]));
  });
});

describe.each(inGenerators.filter(({ field }) => !isByDesign(field)))('$field.kind $field.path', (configured) => {
  const examples = examplesOf(configured, generatorExamples);

  it('is reached by an example', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)("names the consumer's namespace ($names)", async ({ at, names }) => {
    const { error, seen } = await runGenerator(configured.of, at(own));

    expect(error ?? '').not.toMatch(ownOnly);
    expect(elsewhere(seen)).toEqual([]);
    expect(seen.some((one) => one.endsWith(` ${own}/${names}`))).toBe(true);
  });

  it.each(examples)('names no other namespace ($names)', async ({ at }) => {
    const { error, seen } = await runGenerator(configured.of, at(other));

    expect(error).toMatch(/^invalid: /);
    expect(error).toMatch(ownOnly);
    expect(elsewhere(seen)).toEqual([]);
  });
});

/** Whole objects of the kinds that tenants write, without a namespace in any reference. */
const storeRef = { name: 'vault', kind: 'SecretStore' };
const template = { metadata: { labels: { a: 'b' } }, templateFrom: [{ configMap: { name: 'cm', items: [{ key: 'a' }] } }, { secret: { name: 'template', items: [{ key: 'a' }] } }] };
const generatorRef = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'random' };
const externalSecretSpec = {
  secretStoreRef: storeRef,
  target: { name: 'target', template },
  data: [{ secretKey: 'a', remoteRef: { key: 'k' }, sourceRef: { storeRef } }],
  dataFrom: [{ find: { name: { regexp: '.' } }, sourceRef: { storeRef } }, { extract: { key: 'k' } }, { sourceRef: { generatorRef } }],
};
const pushSecretSpec = {
  secretStoreRefs: [storeRef, { labelSelector: { matchLabels: { a: 'b' } } }],
  selector: { secret: { name: 'source' } },
  data: [{ match: { secretKey: 'a', remoteRef: { remoteKey: 'k' } } }],
  dataTo: [{ storeRef }],
  template,
};
const pushesGenerated = { ...pushSecretSpec, selector: { generatorRef } };
const wholeObjects = [
  { what: 'ExternalSecret', object: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: own, name: 'it' }, spec: externalSecretSpec } },
  { what: 'PushSecret', object: { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { namespace: own, name: 'it' }, spec: pushSecretSpec } },
  { what: 'PushSecret of a generator', object: { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { namespace: own, name: 'it' }, spec: pushesGenerated } },
  { what: 'ClusterExternalSecret', object: { apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret', metadata: { name: 'it' }, spec: { externalSecretSpec, namespaceSelectors: [{}] } } },
  { what: 'ClusterPushSecret', object: { apiVersion: 'external-secrets.io/v1alpha1', kind: 'ClusterPushSecret', metadata: { name: 'it' }, spec: { pushSecretSpec, namespaceSelectors: [{}] } } },
];
const check = createObjectChecks({ providers: registry, generators: generatorRegistry });

/** The path of every map within a value. */
function mapsIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => mapsIn(item, `${path}[${index}]`));
  return [path, ...Object.entries(value).flatMap(([name, child]) => mapsIn(child, `${path}.${name}`))];
}

/** Maps of whatever names their users like: a label may well be called `namespace`. */
const openMaps = /\.(labels|annotations|matchLabels)$/;

describe.each(wholeObjects)('$what', ({ object }) => {
  it('is accepted as it is', () => {
    expect(check(object)?.errors).toEqual([]);
  });

  it.each(mapsIn(object.spec, 'spec').filter((path) => !openMaps.test(path)))('has no place for a namespace in %s', (path) => {
    const changed = withValueAt(object, `${path}.namespace`, other) as KubeObject;

    expect(check(changed)?.errors.map((error) => error.path)).toEqual([`${path}.namespace`]);
  });
});

/** The path of every name within a value that stands for an object. */
function namesIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const at = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    return name === 'name' && typeof child === 'string' ? [at] : namesIn(child, at);
  });
}

describe.each(wholeObjects)('$what', ({ object }) => {
  it.each(namesIn(object.spec, 'spec'))('has no name with a namespace in it in %s', (path) => {
    const refused = [`${other}/vault`, `../${other}/vault`, `${other}%2fvault`].map((name) => check(withValueAt(object, path, name) as KubeObject)?.errors.map((error) => error.path));

    expect(refused).toEqual([[path], [path], [path]]);
  });
});

describe('templates', () => {
  it.each(['metadata.namespace', 'metadata', 'Metadata.namespace', 'METADATA', 'metadata.ownerReferences[0]', 'kind', 'apiVersion', 'status'])('write nothing to %s, whatever kind the target is', (target) => {
    const spec = { ...externalSecretSpec, target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' }, template: { templateFrom: [{ target, literal: `namespace: ${other}` }] } } };
    const { errors = [] } = check({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: own, name: 'it' }, spec }) ?? {};

    expect(errors.map(({ path }) => path)).toEqual(['spec.target.template.templateFrom[0].target']);
  });
});

describe('a push to Kubernetes', () => {
  const metadata = { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec: { remoteNamespace: other } };
  const pushed: RemoteWrite = { remoteKey: 'it', property: 'a', secretKey: 'a', value: SecretBytes.fromUtf8('x'), updatePolicy: 'Replace', metadata, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() } };
  const provider = { kubernetes: { server: { url: 'https://api.example', caBundle: Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64') }, auth: { serviceAccount: { name: 'writer', audiences: ['https://api.example'] } }, remoteNamespace: own } };

  async function push(scope: 'namespaced' | 'cluster', admittedNamespace?: string): Promise<{ readonly urls: readonly string[]; readonly error: string | undefined }> {
    const urls: string[] = [];
    const { services: given } = services();
    const http: ProviderServices['http'] = ({ url }) => {
      urls.push(url);
      return Promise.reject(new ProviderError('unavailable', 'nobody answers'));
    };
    await using writer = disposable(createStoreReader({ ...given, http, registry, metrics, environment: {} }));
    const [result] = await writer.write({ label: 'the store', provider, scope, namespace: own }, [{ ...pushed, ...(admittedNamespace === undefined ? {} : { admittedNamespace }) }], never);
    return { urls, error: result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : undefined };
  }

  it('goes to no namespace that the PushSecret chooses, from a SecretStore', async () => {
    expect(await push('namespaced')).toEqual({ urls: [], error: expect.stringMatching(/^invalid: metadata\.spec\.remoteNamespace: only a ClusterSecretStore/) });
  });

  it('goes to no namespace that the PushSecret chooses, from a ClusterSecretStore that does not admit it', async () => {
    const refused = { urls: [], error: expect.stringMatching(/^invalid: metadata\.spec\.remoteNamespace: .* its annotation prelude\.dev\/push-namespaces has to list it$/) };
    expect([await push('cluster'), await push('cluster', own)]).toEqual([refused, refused]);
  });

  it('goes where the PushSecret says from a ClusterSecretStore whose annotation lets its namespace, and to a SecretStore never', async () => {
    const { admittedNamespace: admitted } = admittedNamespace({ kind: 'ClusterSecretStore', metadata: { name: 'shared', annotations: { 'prelude.dev/push-namespaces': `[${other}]` } } }, own, metadata);
    expect((await push('cluster', admitted)).urls[0]).toMatch(/\/namespaces\/team-b\/secrets\/it$/);
    expect((await push('namespaced', admitted)).urls).toEqual([]);
  });
});
