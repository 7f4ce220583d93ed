import { type Application, defaultApplicationNamespace, isApplication } from '../../../api/application.ts';
import { parseExternalSecret } from '../../../api/external-secret.ts';
import { externalSecretsApiVersion, externalSecretsGroup } from '../../../api/names.ts';
import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { isExternalSecretsKind } from '../../../api/parse-kind.ts';
import { parseSecretStore } from '../../../api/secret-store.ts';
import type { FieldError } from '../../../api/schema.ts';
import { provides } from '../../../secret/provides.ts';
import { fieldProblems } from '../../render/manifest-reader.ts';
import type { Rendered } from '../../render/renderer.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import { placeObject, type Scopes } from '../scope.ts';
import { checkObject } from './check-object.ts';
import { fieldsOf } from '../needs/field.ts';
import { checkTemplates } from './check-templates.ts';
import type { Declarations, DeclaredConfigMap, DeclaredExternalSecret, DeclaredSecret, DeclaredStore } from './declarations.ts';

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
  const problems: Problem[] = [...rendered.problems];
  const secrets: DeclaredSecret[] = [];
  const externalSecrets: DeclaredExternalSecret[] = [];
  const stores: DeclaredStore[] = [];
  const configMaps: DeclaredConfigMap[] = [];
  const misconfigured = new Set<RenderedObject>();
  const objects = rendered.objects
    .filter(({ object }) => !isItself(object, { name, namespace }))
    .map((one) => placeObject(upgrade(one), scopes(one.object), destination));

  for (const one of objects) {
    problems.push(...checkObject(one));
    if (isExternalSecretsKind(one.object, 'ExternalSecret')) {
      const declared = readExternalSecret(one, problems);
      if (declared === undefined) continue;
      externalSecrets.push(declared);
      problems.push(...checkTemplates(declared));
      secrets.push(providedBy(declared));
    } else if (isExternalSecretsKind(one.object, 'SecretStore') || isExternalSecretsKind(one.object, 'ClusterSecretStore')) {
      const { store, errors } = readStore(one, checkProvider);
      problems.push(...fieldProblems(errors, one));
      if (errors.some(({ path }) => path.startsWith('spec.provider'))) misconfigured.add(one);
      if (store !== undefined) stores.push(store);
    } else if (one.object.kind === 'ConfigMap' && parseApiVersion(one.object.apiVersion).group === '') {
      configMaps.push(readConfigMap(one, destination));
    } else if (one.object.kind === 'Secret' && parseApiVersion(one.object.apiVersion).group === '') {
      // filled in by the cluster or by hand: which keys it has is not known here
      secrets.push({ namespace: one.object.metadata.namespace ?? destination, secret: one.object.metadata.name, keys: 'dynamic', by: producerOf(one) });
    }
  }
  // a credential in the wrong place is wrong in most cases, and a credential in all
  const shown = objects.map((one) => (misconfigured.has(one) ? { ...one, taint: [...one.taint, ['spec', 'provider']] } : one));
  return { application: { namespace, name }, destination, objects: shown, secrets, externalSecrets, stores, configMaps, problems };
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

function readExternalSecret(one: RenderedObject, problems: Problem[]): DeclaredExternalSecret | undefined {
  const parsed = parseExternalSecret(one.object);
  if (parsed.ok) return { object: one, externalSecret: parsed.value };
  problems.push(...fieldProblems(parsed.errors, one));
  return undefined;
}

function readConfigMap(object: RenderedObject, destination: string): DeclaredConfigMap {
  const { namespace = destination, name } = object.object.metadata;
  const data = Object.entries(fieldsOf(object.object['data'])).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  return { object, namespace, name, data: new Map(data) };
}

function providedBy({ object, externalSecret }: DeclaredExternalSecret): DeclaredSecret {
  return { ...provides(externalSecret), namespace: externalSecret.metadata.namespace ?? '', by: producerOf(object) };
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
