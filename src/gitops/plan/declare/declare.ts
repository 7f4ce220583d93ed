import { type Application, defaultApplicationNamespace, isApplication } from '../../../api/application.ts';
import { externalSecretsApiVersion, externalSecretsGroup } from '../../../api/names.ts';
import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { isExternalSecretsKind } from '../../../api/parse-kind.ts';
import { isSealedSecret } from '../../../api/sealed-secret.ts';
import { parseSecretStore } from '../../../api/secret-store.ts';
import type { FieldError } from '../../../api/schema.ts';
import { generatorsApiVersion } from '../../../api/source-reference.ts';
import { fieldProblems } from '../../render/manifest-reader.ts';
import type { Rendered } from '../../render/renderer.ts';
import type { Problem, RenderedObject, TaintedPath } from '../plan.ts';
import { placeObject, type Scopes } from '../scope.ts';
import { checkObject } from './check-object.ts';
import { allowsPlainSecrets } from '../check-application.ts';
import { isSkipped } from '../hook-phase.ts';
import { fieldsOf } from '../needs/field.ts';
import { checkSops } from './check-sops.ts';
import { checkTemplates } from './check-templates.ts';
import type { Declarations, DeclaredConfigMap, DeclaredExternalSecret, DeclaredGenerator, DeclaredSecret, DeclaredStore, RuntimeSecret, SpreadSecret } from './declarations.ts';
import { checkProvides } from './provides-annotation.ts';
import { isToken, tokenKeys } from './service-account-token.ts';
import { runtimeSecrets } from './runtime-secrets.ts';
import { readSealed, type ReadSealed } from './read-sealed.ts';
import { providedBy, readClusterExternalSecret, type ReadExternalSecrets, readExternalSecret, readGenerator } from './read-objects.ts';

/** Checks `spec.provider` of a store, for who knows the adapters. Paths are relative to the provider. */
export type CheckProvider = (provider: unknown) => readonly FieldError[];

export interface DeclareOptions {
  readonly scopes: Scopes;
  /** Absent: what stands under a provider's name is not looked at. */
  readonly checkProvider?: CheckProvider;
}

/** Puts the objects of an Application in their namespaces and reads what they declare about Secrets. Pure. */
export function declare(application: Application, rendered: Rendered, { scopes, checkProvider }: DeclareOptions): Declarations {
  const { name, namespace = defaultApplicationNamespace } = application.metadata;
  const destination = application.spec.destination.namespace;
  const sources = rendered.objects.filter(({ object }) => !isItself(object, { name, namespace }) && !isSkipped(object)).map(upgrade);
  const found: Found = { problems: [...rendered.problems], secrets: [], externalSecrets: [], spreads: [], stores: [], generators: [], configMaps: [], runtime: [], hidden: new Map() };
  const plainSecrets = allowsPlainSecrets(application);
  const objects = sources.map((source) => placeObject(source, scopes(source.object), destination));
  for (const [index, one] of objects.entries()) {
    found.problems.push(...checkObject(one, { plainSecrets }), ...checkSops(one, destination), ...checkProvides(one));
    found.runtime.push(...runtimeSecrets(one, destination));
    if (isExternalSecretsKind(one.object, 'ExternalSecret')) addExternalSecrets(one, readExternalSecret(one), found);
    else if (isExternalSecretsKind(one.object, 'ClusterExternalSecret')) addExternalSecrets(one, readClusterExternalSecret(one), found);
    else if (isExternalSecretsKind(one.object, 'SecretStore') || isExternalSecretsKind(one.object, 'ClusterSecretStore')) addStore(one, checkProvider, found);
    else if (isSealedSecret(one.object)) addSealed(one, readSealed(one, { source: sources[index] ?? one, destination }), found);
    else if (one.object.apiVersion === generatorsApiVersion) addGenerator(one, found);
    else if (parseApiVersion(one.object.apiVersion).group === '') addCoreObject(one, destination, found);
  }
  const { hidden, ...declared } = found;
  const shown = objects.map((one) => (hidden.has(one) ? { ...one, taint: [...one.taint, ...(hidden.get(one) ?? [])] } : one));
  return { application: { namespace, name }, destination, objects: shown, ...declared, ...(rendered.tools === undefined ? {} : { tools: rendered.tools }) };
}

/** What has been found so far. */
interface Found {
  readonly problems: Problem[];
  readonly secrets: DeclaredSecret[];
  readonly externalSecrets: DeclaredExternalSecret[];
  readonly spreads: SpreadSecret[];
  readonly stores: DeclaredStore[];
  readonly generators: DeclaredGenerator[];
  readonly configMaps: DeclaredConfigMap[];
  readonly runtime: RuntimeSecret[];
  /** What is not to be shown: a credential in the wrong place is wrong in most cases, and a credential in all. */
  readonly hidden: Map<RenderedObject, readonly TaintedPath[]>;
}

function addExternalSecrets(one: RenderedObject, { externalSecrets, spreads, example, errors }: ReadExternalSecrets, found: Found): void {
  found.externalSecrets.push(...externalSecrets);
  found.spreads.push(...spreads);
  found.secrets.push(...externalSecrets.flatMap(providedBy));
  found.problems.push(...fieldProblems(errors, one), ...(example === undefined ? [] : checkTemplates(example)));
}

function addStore(one: RenderedObject, checkProvider: CheckProvider | undefined, found: Found): void {
  const { store, errors } = readStore(one, checkProvider);
  found.problems.push(...fieldProblems(errors, one));
  if (errors.some(({ path }) => path.startsWith('spec.provider'))) found.hidden.set(one, [['spec', 'provider']]);
  if (store !== undefined) found.stores.push(store);
}

function addSealed(one: RenderedObject, { secret, problems, hidden }: ReadSealed, found: Found): void {
  found.problems.push(...problems);
  if (secret !== undefined) found.secrets.push(secret);
  if (hidden.length > 0) found.hidden.set(one, hidden);
}

function addGenerator(one: RenderedObject, found: Found): void {
  const { generator, errors } = readGenerator(one);
  found.problems.push(...fieldProblems(errors, one));
  if (generator !== undefined) found.generators.push(generator);
}

function addCoreObject(one: RenderedObject, destination: string, found: Found): void {
  const { kind } = one.object;
  if (kind === 'ConfigMap') found.configMaps.push(readConfigMap(one, destination));
  if (kind === 'Secret') found.secrets.push(secretOf(one, destination));
}

/** A plain Secret. One without values is filled in by the cluster or by hand: which keys it has is not known, but for those of a service account's token. */
function secretOf(one: RenderedObject, destination: string): DeclaredSecret {
  const { namespace = destination, name: secret } = one.object.metadata;
  if (isToken(one.object)) return { namespace, secret, keys: [...tokenKeys, ...keysOf(one.object)], by: { ...producerOf(one), fills: tokenKeys } };
  return { namespace, secret, keys: one.sops === undefined && one.sopsEntries === undefined ? 'dynamic' : keysOf(one.object), by: producerOf(one) };
}

/** Names of keys are not encrypted. */
function keysOf(object: KubeObject): readonly string[] {
  return [...new Set([...Object.keys(fieldsOf(object['data'])), ...Object.keys(fieldsOf(object['stringData']))])];
}

/** The Application's own manifest may lie in its own path; it is not one of its objects. */
function isItself(object: KubeObject, self: { readonly name: string; readonly namespace: string }): boolean {
  const { name, namespace = defaultApplicationNamespace } = object.metadata;
  return isApplication(object) && name === self.name && namespace === self.namespace;
}

/** External Secrets' v1beta1 has the fields of v1, and is written as v1: an API server of today serves no other. */
function upgrade(one: RenderedObject): RenderedObject {
  if (one.object.apiVersion !== `${externalSecretsGroup}/v1beta1`) return one;
  return { ...one, object: { ...one.object, apiVersion: externalSecretsApiVersion } };
}

function producerOf({ object, origin }: RenderedObject): { readonly kind: string; readonly name: string; readonly origin: RenderedObject['origin'] } {
  return { kind: object.kind, name: object.metadata.name, origin };
}

function readConfigMap(object: RenderedObject, destination: string): DeclaredConfigMap {
  const { namespace = destination, name } = object.object.metadata;
  const data = Object.entries(fieldsOf(object.object['data'])).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  return { object, namespace, name, data: new Map(data) };
}

function readStore(one: RenderedObject, checkProvider: CheckProvider | undefined): { readonly store?: DeclaredStore; readonly errors: readonly FieldError[] } {
  const parsed = parseSecretStore(one.object);
  if (!parsed.ok) return { errors: parsed.errors };
  const errors = checkProvider?.(parsed.value.spec.provider) ?? [];
  return {
    store: { store: parsed.value, origin: one.origin },
    errors: errors.map(({ path, message }) => ({ path: path === '' ? 'spec.provider' : `spec.provider.${path}`, message })),
  };
}
