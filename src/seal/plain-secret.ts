import { SecretBytes } from '../lib/secret-bytes.ts';
import { FieldReader } from './field-reader.ts';
import type { Manifest } from './manifest.ts';
import { objectKind } from './object-kind.ts';

/** A Secret that is to be sealed: what of it goes into the SealedSecret, and nothing that a server wrote. */
export interface PlainSecret {
  /** Empty where it has none. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly finalizers: readonly string[];
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data: ReadonlyMap<string, SecretBytes>;
}

/** Whole copies of the Secret, in plain text: tools leave them on the objects that they apply. */
const leaks = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'kubecfg.ksonnet.io/last-applied-configuration']);

/** Whether an object says that it is a Secret. */
export function isPlainSecret({ value }: Pick<Manifest, 'value'>): boolean {
  const { kind, apiVersion } = objectKind(value);
  return kind === 'Secret' && apiVersion === 'v1';
}

/**
 * Reads a Secret; one that names no kind is taken for one, as kubeseal does. `stringData` wins over `data`, as in the API server. Owners, versions, times and managed fields are left out.
 * @throws SealError for another kind, or a field of another kind than it should be; quotes nothing
 */
export function readPlainSecret(manifest: Pick<Manifest, 'value' | 'where' | 'lineOf'>): PlainSecret {
  const placeOf = (path: readonly string[]): string => `${manifest.where}:${manifest.lineOf(path)}`;
  const secret = FieldReader.of(manifest.value, placeOf);
  checkKind(secret);
  const metadata = secret.within('metadata') ?? FieldReader.of({}, placeOf);
  const annotations = [...metadata.textMap('annotations')].filter(([name]) => !leaks.has(name));
  const [type, immutable] = [secret.text('type') ?? '', secret.flag('immutable')];
  return {
    name: metadata.text('name') ?? '',
    namespace: metadata.text('namespace') ?? '',
    labels: metadata.textMap('labels'),
    annotations: new Map(annotations),
    finalizers: metadata.texts('finalizers'),
    ...(type === '' ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    data: new Map([...decoded(secret), ...[...secret.textMap('stringData')].map(([key, text]) => [key, SecretBytes.fromUtf8(text)] as const)]),
  };
}

function checkKind(secret: FieldReader): void {
  const [kind = 'Secret', apiVersion = 'v1'] = [secret.text('kind'), secret.text('apiVersion')];
  if (kind === 'SealedSecret') throw secret.problem(['kind'], 'is SealedSecret: this one is sealed already');
  if (kind !== 'Secret' || apiVersion !== 'v1') throw secret.problem(['kind'], `is ${kind === 'Secret' ? 'Secret of another API' : 'not Secret'}: only a Secret of v1 can be sealed`);
}

function decoded(secret: FieldReader): readonly (readonly [string, SecretBytes])[] {
  return [...secret.textMap('data')].map(([key, text]) => {
    const bare = text.replaceAll(/[\r\n]/g, '');
    if (bare.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) throw secret.problem(['data', key], 'is not base64; texts go into stringData');
    return [key, new SecretBytes(Buffer.from(bare, 'base64'))] as const;
  });
}
