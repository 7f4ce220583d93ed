import { sealValue } from './ciphertext.ts';
import type { PlainSecret } from './plain-secret.ts';
import type { JsonObject } from './print-manifest.ts';
import { annotationOf, labelOf, type Scope, scopeAnnotations, scopeOf } from './scope.ts';
import { SealError } from './seal-error.ts';
import type { SealingCertificate } from './sealing-key.ts';

/** Names the key that sealed; Sealed Secrets itself keeps no trace of it. */
export const sealedWithAnnotation = 'prelude.dev/sealed-with';

export interface SealChoices {
  /** Instead of the one that the annotations of the Secret say. */
  readonly scope?: Scope;
  /** Instead of the Secret's. */
  readonly name?: string;
  /** For a Secret that has none. With `isDemanded` the Secret must have no other. */
  readonly namespace?: { readonly name: string; readonly isDemanded: boolean };
  readonly allowEmptyData?: boolean;
  /** The SealedSecret carries the Secret's labels too; kubeseal gives it none. */
  readonly keepLabels?: boolean;
  /** Annotates the SealedSecret with the fingerprint of the key. */
  readonly annotateKey?: boolean;
}

export interface SealMeans {
  readonly certificate: SealingCertificate;
  /** So many random bytes, fit for keys. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/**
 * A Secret with the scope, name and namespace that it is sealed for. Where it is sealed for all clusters, it needs no namespace.
 * @throws SealError in kubeseal's words where one of them is missing, or contradicts
 */
export function aimSecret(secret: PlainSecret, { scope, name, namespace, allowEmptyData = false }: SealChoices): PlainSecret {
  if (secret.data.size === 0 && !allowEmptyData) throw new SealError('secret.data is empty in input Secret, assuming this is an error and aborting. To work with empty data, --allow-empty-data can be used');
  const aimed = { ...secret, name: name ?? secret.name, annotations: scope === undefined ? secret.annotations : rescoped(secret.annotations, scope) };
  if (aimed.name === '') throw new SealError('missing metadata.name in input Secret');
  if (scopeOf(Object.fromEntries(aimed.annotations)) === 'cluster-wide') return aimed;
  if (namespace?.isDemanded === true && secret.namespace !== '' && secret.namespace !== namespace.name) {
    throw new SealError(`namespace mismatch: input secret is in namespace ${JSON.stringify(secret.namespace)} but ${JSON.stringify(namespace.name)} was specified`);
  }
  const resolved = secret.namespace === '' ? (namespace?.name ?? '') : secret.namespace;
  if (resolved === '') throw new SealError('secret must declare a namespace');
  return { ...aimed, namespace: resolved };
}

function rescoped(annotations: ReadonlyMap<string, string>, scope: Scope): ReadonlyMap<string, string> {
  return new Map([...[...annotations].filter(([name]) => !scopeAnnotations.includes(name)), ...Object.entries(annotationOf(scope))]);
}

/** Seals each value of a Secret that has a name and, where its scope asks for one, a namespace. Fields come in kubeseal's order. */
export function sealSecret(secret: PlainSecret, means: SealMeans, { keepLabels = false, annotateKey = false }: Pick<SealChoices, 'keepLabels' | 'annotateKey'> = {}): JsonObject {
  const { name, namespace, labels, annotations, finalizers, type, immutable } = secret;
  const named = { name, ...(namespace === '' ? {} : { namespace }) };
  const scope = scopeOf(Object.fromEntries(annotations));
  const own = new Map([...Object.entries(annotationOf(scope)), ...(annotateKey ? [[sealedWithAnnotation, means.certificate.fingerprint] as const] : [])]);
  const template = {
    metadata: { ...named, ...mapField('labels', labels), ...mapField('annotations', annotations), ...(finalizers.length === 0 ? {} : { finalizers }) },
    ...(type === undefined ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
  };
  return {
    kind: 'SealedSecret',
    apiVersion: 'bitnami.com/v1alpha1',
    metadata: { ...named, ...(keepLabels ? mapField('labels', labels) : {}), ...mapField('annotations', own) },
    spec: { template, encryptedData: sorted(sealItems(secret, means)) },
  };
}

/** The values of a Secret, sealed for its owner, in base64. */
export function sealItems({ name, namespace, annotations, data }: PlainSecret, { certificate, randomBytes }: SealMeans): ReadonlyMap<string, string> {
  const label = labelOf({ scope: scopeOf(Object.fromEntries(annotations)), namespace, name });
  return new Map([...data].map(([key, value]) => [key, Buffer.from(sealValue(value, { key: certificate.publicKey, label, randomBytes })).toString('base64')]));
}

function mapField(field: string, map: ReadonlyMap<string, string>): JsonObject {
  return map.size === 0 ? {} : { [field]: sorted(map) };
}

function sorted(map: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...map].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
