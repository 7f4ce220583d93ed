import type { ExternalSecret } from '../../api/external-secret.ts';
import type { DataFromEntry, RemoteSource } from '../../api/external-secret-spec.ts';
import { provenanceAnnotation } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/object.ts';
import type { StoreReference } from '../../api/source-reference.ts';
import { type KeyOrigin, parseProvenance } from '../../secret/provenance.ts';
import { provides } from '../../secret/provides.ts';
import { keepsData } from '../../secret/template/keeps-data.ts';
import type { KeyFacts } from './explanation.ts';

/**
 * Where each key came from: as the Secret's annotation has it from the last write, and where there is none (External Secrets wrote
 * it) as the declaration says, without the version.
 * @param live the Secret's keys; undefined where it is not there
 */
export function keyOrigins(externalSecret: ExternalSecret | undefined, secret: { readonly metadata: ObjectMeta; readonly keys: readonly string[] } | undefined): readonly KeyFacts[] {
  const recorded = parseProvenance(secret?.metadata.annotations?.[provenanceAnnotation] ?? '');
  const declared = externalSecret === undefined ? 'dynamic' : (provides(externalSecret)?.keys ?? []);
  const live = secret?.keys ?? [];
  const keys = [...new Set([...live, ...(recorded?.keys() ?? []), ...(declared === 'dynamic' ? [] : declared)])].toSorted();
  const readAt = externalSecret?.status.refreshTime ?? undefined;
  return keys.map((key) => {
    const origin: KeyFacts['origin'] = recorded?.get(key) ?? (externalSecret === undefined ? { kind: 'unknown', why: 'no object declares it' } : declaredOrigin(externalSecret, key));
    return { key, live: live.includes(key), origin, ...(readAt === undefined || origin.kind === 'unknown' ? {} : { readAt }) };
  });
}

const undeclared: KeyFacts['origin'] = { kind: 'unknown', why: 'the declaration does not have it' };

function declaredOrigin({ metadata, spec }: ExternalSecret, key: string): KeyFacts['origin'] {
  const { data, dataFrom, template } = spec;
  const namespace = metadata.namespace ?? '';
  if (template !== undefined && Object.hasOwn(template.data, key)) return { kind: 'template' };
  const keepsRead = template === undefined || keepsData(template);
  const single = keepsRead ? data.find(({ secretKey }) => secretKey === key) : undefined;
  if (single !== undefined) return storeOrigin(single.store, namespace, single.remoteRef);
  if (template?.templateFrom.some(({ target }) => target === 'Data') === true) return { kind: 'template' };
  if (!keepsRead) return undeclared;
  const [only, ...others] = dataFrom;
  if (only !== undefined && others.length === 0) return fromOrigin(only, namespace, key);
  if (dataFrom.length > 0) return { kind: 'unknown', why: `one of ${dataFrom.length} entries of spec.dataFrom; which one is known after the next write` };
  return undeclared;
}

function fromOrigin(entry: DataFromEntry, namespace: string, key: string): KeyFacts['origin'] {
  switch (entry.kind) {
    case 'extract':
      return storeOrigin(entry.store, namespace, entry.extract, entry.rewrite.length === 0 ? key : undefined);
    case 'find':
      return { kind: 'unknown', why: `found in ${storeLabel(entry.store, namespace)}` };
    case 'generator':
      return { kind: 'generator', generator: entry.generator.kind === 'ClusterGenerator' ? `ClusterGenerator ${entry.generator.name}` : `${entry.generator.kind} ${namespace}/${entry.generator.name}`, key };
  }
}

function storeOrigin(store: StoreReference, namespace: string, { key, property, version }: RemoteSource, member?: string): KeyOrigin {
  const part = [property, member].filter((text) => text !== undefined).join('.');
  return { kind: 'store', store: storeLabel(store, namespace), key, ...(part === '' ? {} : { property: part }), ...(version === undefined ? {} : { version }) };
}

function storeLabel({ kind, name }: StoreReference, namespace: string): string {
  return kind === 'SecretStore' ? `SecretStore ${namespace}/${name}` : `ClusterSecretStore ${name}`;
}
