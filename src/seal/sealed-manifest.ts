import { decodeCiphertext } from './ciphertext.ts';
import { FieldReader } from './field-reader.ts';
import type { KeyRing, Opened } from './key-ring.ts';
import type { Manifest } from './manifest.ts';
import { objectKind } from './object-kind.ts';
import { labelOf, type Scope, scopeOf } from './scope.ts';
import type { OpeningKey } from './sealing-key.ts';

/** A SealedSecret of a file, as far as offline commands look into it; the rest of it stays as it is written. */
export interface SealedManifest {
  readonly manifest: Manifest;
  readonly name: string;
  readonly namespace: string;
  /** From the annotations of the SealedSecret itself, as the controller reads it: the template's say nothing. */
  readonly scope: Scope;
  /** Ciphertexts in base64, by key. */
  readonly items: ReadonlyMap<string, string>;
  /** Fingerprint of the key that sealed, where an annotation says it. */
  readonly sealedWith?: string;
  readonly template: SealedTemplate;
}

export interface SealedTemplate {
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly finalizers: readonly string[];
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data: ReadonlyMap<string, string>;
}

/** Whether an object is a SealedSecret, of any version. */
export function isSealedManifest({ value }: Pick<Manifest, 'value'>): boolean {
  const { kind, apiVersion = '' } = objectKind(value);
  return kind === 'SealedSecret' && apiVersion.startsWith('bitnami.com/');
}

/** @throws SealError for another kind, or what no controller could open; quotes nothing */
export function readSealedManifest(manifest: Manifest): SealedManifest {
  const reader = FieldReader.of(manifest.value, (path) => `${manifest.where}:${manifest.lineOf(path)}`);
  if (!isSealedManifest(manifest)) throw reader.problem(['kind'], 'is not SealedSecret of bitnami.com');
  if (reader.text('apiVersion') !== 'bitnami.com/v1alpha1') throw reader.problem(['apiVersion'], 'is not bitnami.com/v1alpha1');
  const [metadata, spec] = [reader.within('metadata'), reader.within('spec')];
  const name = metadata?.text('name') ?? '';
  if (metadata === undefined || name === '') throw reader.problem(['metadata'], 'has no name');
  if (spec === undefined) throw reader.problem([], 'has no spec');
  if (spec.any('data') !== undefined) throw spec.problem(['data'], 'is the deprecated form with all values in one: seal the Secret anew');
  const annotations = metadata.textMap('annotations');
  const sealedWith = annotations.get('prelude.dev/sealed-with');
  return {
    manifest,
    name,
    namespace: metadata.text('namespace') ?? '',
    scope: scopeOf(Object.fromEntries(annotations)),
    items: spec.textMap('encryptedData'),
    ...(sealedWith === undefined ? {} : { sealedWith }),
    template: readTemplate(spec.within('template')),
  };
}

function readTemplate(template: FieldReader | undefined): SealedTemplate {
  const metadata = template?.within('metadata');
  const [type, immutable] = [template?.text('type'), template?.flag('immutable')];
  return {
    labels: metadata?.textMap('labels') ?? new Map(),
    annotations: metadata?.textMap('annotations') ?? new Map(),
    finalizers: metadata?.texts('finalizers') ?? [],
    ...(type === undefined || type === '' ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    // a template that is null means nothing: the API server drops it
    data: new Map([...(template?.textMap('data') ?? [])].filter(([key]) => template?.within('data')?.any(key) !== undefined)),
  };
}

/** What became of one item: opened, no ciphertext at all, or none of the keys opens it under the name, namespace and scope of the object. */
export type OpenedItem = { readonly key: string } & ({ readonly kind: 'opened'; readonly opened: Opened } | { readonly kind: 'malformed' | 'closed' });

/** Opens every item with the keys of a ring. Whose value it is follows from the object alone. */
export async function openItems(sealed: SealedManifest, ring: KeyRing<OpeningKey>): Promise<readonly OpenedItem[]> {
  const label = labelOf(sealed);
  return await Promise.all(
    [...sealed.items].map(async ([key, text]): Promise<OpenedItem> => {
      const ciphertext = decodeCiphertext(text);
      if (ciphertext === undefined) return { key, kind: 'malformed' };
      const opened = await ring.open(ciphertext, label);
      return opened === undefined ? { key, kind: 'closed' } : { key, kind: 'opened', opened };
    }),
  );
}

/** kubeseal's words for the items that did not open; undefined where all did. */
export function openingProblem(items: readonly OpenedItem[]): string | undefined {
  const [closed, malformed] = (['closed', 'malformed'] as const).map((kind) => items.filter((item) => item.kind === kind).map(({ key }) => key).toSorted());
  const parts = [...(closed?.length ? [`no key could decrypt secret (${closed.join(', ')})`] : []), ...(malformed?.length ? [`not a sealed value (${malformed.join(', ')})`] : [])];
  return parts.length === 0 ? undefined : parts.join('; ');
}
