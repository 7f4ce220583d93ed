import { allowedKeysAnnotation } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { parseSecretStore, type SecretStore, type StoreKind } from '../../api/secret-store.ts';
import type { Cluster } from '../../kube/port.ts';
import { apiVersionOf, clusterSecretStoreType, namespaceType, secretStoreType } from '../../kube/resource-types.ts';
import { ProviderError, type ProviderErrorKind } from '../../provider/provider-error.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import { allowedKeysProblem } from '../../secret/allowed-keys.ts';
import { mayReadKey, mayUseStore, namespaceFacts, servesStore } from '../../secret/store-access.ts';
import { storeHandle } from '../../secret/store-handle.ts';
import { type Appearance, appearanceOf } from './appearance.ts';
import { connectStores, type StoreConnectionDeps } from './store-connection.ts';

/** Which store is checked, and what is read through it. */
export interface StoreQuestion {
  readonly kind: StoreKind;
  readonly name: string;
  /** Of a SecretStore. */
  readonly namespace: string;
  /** The namespace that would use it; absent: a SecretStore's own, or of a cluster store none. */
  readonly consumer?: string;
  readonly controllerClass: string;
  readonly key?: string;
  readonly version?: string;
  readonly property?: string;
}

export interface Trouble {
  readonly kind: ProviderErrorKind | 'refused';
  readonly message: string;
}

/** How one question came out; `trouble` absent: as it should. */
export interface CheckedPart {
  readonly what: 'store' | 'access' | 'credentials' | 'key';
  /** In words, where there is no trouble. */
  readonly answer: string;
  readonly trouble?: Trouble;
}

export interface StoreCheck {
  /** `SecretStore ns/name` */
  readonly label: string;
  readonly provider?: string;
  /** In the order in which they were asked; what comes after trouble is not asked. */
  readonly parts: readonly CheckedPart[];
  /** Of the value that was read. */
  readonly value?: Appearance & { readonly version?: string };
}

/**
 * Connects as the controller would, with the store's own credentials, and reads at most one value, of which only its looks are told.
 * @throws KubeError; the signal's reason
 */
export async function checkStore(question: StoreQuestion, deps: StoreConnectionDeps, signal: AbortSignal): Promise<StoreCheck> {
  const { cluster, registry } = deps;
  const label = question.kind === 'SecretStore' ? `SecretStore ${question.namespace}/${question.name}` : `ClusterSecretStore ${question.name}`;
  const object = await storeObject(cluster, question, signal);
  if (object === undefined) return { label, parts: [refused('store', `there is no ${label}`)] };
  const parsed = parseSecretStore(object);
  const configured = parsed.ok ? registry.parse(parsed.value.spec.provider) : parsed;
  if (!parsed.ok || !configured.ok) return { label, parts: [{ what: 'store', answer: '', trouble: { kind: 'invalid', message: configured.ok ? '' : formatErrors(configured.errors) } }] };
  const store = parsed.value;
  const provider = Object.keys(store.spec.provider)[0] ?? '';
  const parts: CheckedPart[] = [storePart(store, question.controllerClass), await accessPart(store, question, cluster, signal)];
  if (parts.some(({ trouble }) => trouble !== undefined)) return { label, provider, parts };
  const connection = connectStores(deps);
  try {
    const asked = await ask(connection.reader, store, question, signal);
    return { label, provider, ...asked, parts: [...parts, ...asked.parts] };
  } finally {
    await connection.close();
  }
}

async function storeObject(cluster: Cluster, { kind, name, namespace }: StoreQuestion, signal: AbortSignal): Promise<KubeObject | undefined> {
  const type = kind === 'SecretStore' ? secretStoreType : clusterSecretStoreType;
  const object = await cluster.get(type, type.namespaced ? { namespace, name } : { name }, signal);
  return object === undefined ? undefined : { ...object, apiVersion: apiVersionOf(type), kind };
}

function storePart(store: SecretStore, controllerClass: string): CheckedPart {
  const { controller } = store.spec;
  const problem = allowedKeysProblem(store.metadata);
  if (problem !== undefined) return { what: 'store', answer: '', trouble: { kind: 'invalid', message: problem } };
  if (!servesStore(controllerClass, store)) return refused('store', `it is of controller class "${controller}", and this controller serves "${controllerClass}"`);
  return { what: 'store', answer: controller === '' ? 'valid, of any controller class' : `valid, of controller class "${controller}"` };
}

async function accessPart(store: SecretStore, { consumer = store.metadata.namespace, kind, key }: StoreQuestion, cluster: Cluster, signal: AbortSignal): Promise<CheckedPart> {
  if (consumer === undefined) return { what: 'access', answer: 'not asked: no namespace was named' };
  const namespace = await cluster.get(namespaceType, { name: consumer }, signal, { metadataOnly: true });
  if (namespace === undefined) return refused('access', `there is no namespace "${consumer}"`);
  if (!mayUseStore(store, namespaceFacts(namespace.metadata))) {
    return refused('access', kind === 'SecretStore' ? `a SecretStore serves its own namespace only, and that is not "${consumer}"` : `spec.conditions do not admit namespace "${consumer}"`);
  }
  if (key !== undefined && !mayReadKey(store, consumer, key)) return refused('access', `its annotation ${allowedKeysAnnotation} does not allow namespace "${consumer}" to read ${JSON.stringify(key)}`);
  return { what: 'access', answer: `namespace "${consumer}" may use it` };
}

async function ask(reader: StoreReader, store: SecretStore, question: StoreQuestion, signal: AbortSignal): Promise<Pick<StoreCheck, 'parts' | 'value'>> {
  const handle = storeHandle(store, question.consumer);
  const credentials = await credentialsPart(() => reader.validate(handle, signal));
  const { key, version, property } = question;
  if (credentials.trouble !== undefined || key === undefined) return { parts: [credentials] };
  const told = property !== undefined && reader.propertyLookup(handle) === 'by-provider' ? { property } : {};
  const [result] = await reader.read(handle, [{ key, ...(version === undefined ? {} : { version }), ...told }], signal);
  const name = JSON.stringify(key);
  if (result === undefined || result.kind === 'absent') return { parts: [credentials, refused('key', `the provider has no ${name}${version === undefined ? '' : ` in version ${JSON.stringify(version)}`}`)] };
  if (result.kind === 'error') return { parts: [credentials, { what: 'key', answer: '', trouble: result.error }] };
  const looks = lookAt(() => appearanceOf(result.value, property, reader.propertyLookup(handle)));
  if ('trouble' in looks) return { parts: [credentials, { what: 'key', answer: '', trouble: looks.trouble }] };
  const value = { ...looks.appearance, ...(result.version === undefined ? {} : { version: result.version }) };
  return { parts: [credentials, { what: 'key', answer: `found ${name}` }], value };
}

async function credentialsPart(validate: () => ReturnType<StoreReader['validate']>): Promise<CheckedPart> {
  try {
    const verdict = await validate();
    return { what: 'credentials', answer: verdict === 'valid' ? 'accepted' : 'not to be told without a read' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { what: 'credentials', answer: '', trouble: { kind: error.kind, message: error.message } };
  }
}

function lookAt(look: () => Appearance | undefined): { readonly appearance: Appearance } | { readonly trouble: Trouble } {
  try {
    const appearance = look();
    return appearance === undefined ? { trouble: { kind: 'refused', message: 'the value has no such property' } } : { appearance };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { trouble: { kind: error.kind, message: error.message } };
  }
}

function refused(what: CheckedPart['what'], message: string): CheckedPart {
  return { what, answer: '', trouble: { kind: 'refused', message } };
}
