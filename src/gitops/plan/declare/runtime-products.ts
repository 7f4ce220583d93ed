import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { fieldsOf, listOf, textOf } from '../needs/field.ts';
import { databaseProducers } from './database-producers.ts';
import { providedProducts } from './provides-annotation.ts';
import type { RuntimeProduct } from './runtime-product.ts';

/** The custom kinds that are known to make Secrets, as `group/Kind`; any kind can be told to, and any may have a connection Secret. */
export const runtimeKinds: readonly string[] = ['cert-manager.io/Certificate', 'services.k8s.aws/FieldExport', ...databaseProducers.keys()];

/**
 * The Secrets that an object makes as it runs: by its kind, or because it says so (`prelude.dev/provides`). Pure. Where both name a Secret, the
 * kind's word and the annotation's keys hold.
 */
export function runtimeProducts(object: KubeObject): readonly RuntimeProduct[] {
  const group = parseApiVersion(object.apiVersion).group;
  const id = `${group}/${object.kind}`;
  return [...(id === 'cert-manager.io/Certificate' ? certificate(object) : []), ...annotatedIngress(object, group), ...connection(object), ...(id === 'services.k8s.aws/FieldExport' ? fieldExport(object) : []), ...(databaseProducers.get(id)?.(object) ?? []), ...providedProducts(object)];
}

const keyPair: readonly string[] = ['tls.crt', 'tls.key'];

/** https://cert-manager.io/docs/usage/certificate/. Whether there is a `ca.crt` depends on the issuer. */
function certificate({ spec }: KubeObject): readonly RuntimeProduct[] {
  const { secretName, keystores, additionalOutputFormats } = fieldsOf(spec);
  const secret = textOf(secretName);
  if (secret === undefined) return [];
  const asked = (format: 'jks' | 'pkcs12'): boolean => fieldsOf(fieldsOf(keystores)[format])['create'] === true;
  const formats = listOf(additionalOutputFormats).map((format) => fieldsOf(format)['type']);
  const keys = [
    ...keyPair,
    ...(asked('jks') ? ['keystore.jks'] : []),
    ...(asked('pkcs12') ? ['keystore.p12'] : []),
    ...(formats.includes('DER') ? ['key.der'] : []),
    ...(formats.includes('CombinedPEM') ? ['tls-combined.pem'] : []),
  ];
  return [{ secret, keys, mayMake: ['ca.crt', ...(asked('jks') ? ['truststore.jks'] : []), ...(asked('pkcs12') ? ['truststore.p12'] : [])], tells: 'ready' }];
}

/** https://cert-manager.io/docs/usage/ingress/ and gateway/: any of these has cert-manager make the certificates that the object names. */
const issuers = ['cert-manager.io/issuer', 'cert-manager.io/cluster-issuer', 'kubernetes.io/tls-acme'];

function annotatedIngress({ kind, metadata: { annotations = {} }, spec }: KubeObject, group: string): readonly RuntimeProduct[] {
  if (!issuers.some((name) => ![undefined, '', 'false'].includes(annotations[name]))) return [];
  const made = (named: unknown): readonly RuntimeProduct[] => {
    const secret = textOf(named);
    return secret === undefined ? [] : [{ secret, keys: keyPair, mayMake: ['ca.crt'], tells: 'secret' }];
  };
  if (kind === 'Ingress' && (group === 'networking.k8s.io' || group === 'extensions')) return listOf(fieldsOf(spec)['tls']).flatMap((entry) => made(fieldsOf(entry)['secretName']));
  if (kind !== 'Gateway' || group !== 'gateway.networking.k8s.io') return [];
  const references = listOf(fieldsOf(spec)['listeners']).flatMap((listener) => listOf(fieldsOf(fieldsOf(listener)['tls'])['certificateRefs']));
  return references.flatMap((reference) => (fieldsOf(reference)['namespace'] === undefined && (fieldsOf(reference)['kind'] ?? 'Secret') === 'Secret' ? made(fieldsOf(reference)['name']) : []));
}

/** https://docs.crossplane.io/latest/managed-resources/managed-resources/#writeconnectionsecrettoref; which keys it has, the provider decides. */
function connection({ spec }: KubeObject): readonly RuntimeProduct[] {
  const { name, namespace } = fieldsOf(fieldsOf(spec)['writeConnectionSecretToRef']);
  const secret = textOf(name);
  const elsewhere = textOf(namespace);
  return secret === undefined ? [] : [{ secret, keys: 'dynamic', tells: 'ready', ...(elsewhere === undefined ? {} : { namespace: elsewhere }) }];
}

/** https://aws-controllers-k8s.github.io/community/reference/common/v1alpha1/fieldexport/. The Secret must be there: it gets a key. */
function fieldExport({ metadata, spec }: KubeObject): readonly RuntimeProduct[] {
  const { kind, name, namespace, key } = fieldsOf(fieldsOf(spec)['to']);
  const secret = textOf(name);
  if (secret === undefined || textOf(kind)?.toLowerCase() !== 'secret') return [];
  const elsewhere = textOf(namespace);
  return [{ secret, keys: [textOf(key) ?? `${metadata.namespace ?? ''}.${metadata.name}`], tells: 'secret', ...(elsewhere === undefined ? {} : { namespace: elsewhere }) }];
}
