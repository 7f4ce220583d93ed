import { z } from 'zod';
import { type DecodingStrategy, decodingStrategy } from './decoding-strategy.ts';
import { goDuration } from './go-duration.ts';
import { type KeyRewrite, keyRewrites } from './key-rewrite.ts';
import { objectName, secretKey } from './kube-text.ts';
import { supportedOf } from './known-values.ts';
import { fieldProblems, type SecretTemplate, targetTemplate } from './secret-template.ts';
import { type GeneratorReference, sourceReference, type StoreReference, storeReference } from './source-reference.ts';
import { type SyncWindows, syncWindows } from './sync-windows.ts';

/** How values are made of what the provider holds; the same for single values and for what is found. */
export interface ValuePolicies {
  /** How keys that Kubernetes refuses are made acceptable: `Default` writes `_` for each such character, `Unicode` its code. */
  readonly conversionStrategy: 'Default' | 'Unicode';
  readonly decodingStrategy: DecodingStrategy;
  /** Whether a NUL byte in the decoded value is an error. */
  readonly nullBytePolicy: 'Ignore' | 'Fail';
}

/** One value at the provider, and how it is taken out of what the provider answers. */
export interface RemoteSource extends ValuePolicies {
  readonly key: string;
  /** In the provider's own notation; absent means the current one. */
  readonly version?: string;
  /** A gjson path into the value. */
  readonly property?: string;
  /** `Fetch`: the provider's metadata (labels, tags) is read instead of the value. */
  readonly metadataPolicy: 'None' | 'Fetch';
}

/** All values at the provider that satisfy everything that is said. */
export interface FindSource extends ValuePolicies {
  readonly path?: string;
  /** A pattern of RE2 that matches somewhere in the name. */
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface DataEntry {
  readonly secretKey: string;
  readonly remoteRef: RemoteSource;
  readonly store: StoreReference;
}

/** Keys of these are rewritten in order, each step on what the one before has left. With none, keys that Kubernetes refuses are converted. */
export type DataFromEntry = { readonly rewrite: readonly KeyRewrite[] } & (
  | { readonly kind: 'extract'; readonly extract: RemoteSource; readonly store: StoreReference }
  | { readonly kind: 'find'; readonly find: FindSource; readonly store: StoreReference }
  | { readonly kind: 'generator'; readonly generator: GeneratorReference }
);

/**
 * Whose the Secret is.
 * - `Owner`: it is made, kept, and goes with its ExternalSecret. `Orphan`: it stays.
 * - `Merge`: our keys are kept within a Secret that somebody else makes. `CreateOrMerge`: it is made if nobody does.
 * - `None`: nothing is written.
 */
export type CreationPolicy = 'Owner' | 'Orphan' | 'Merge' | 'None' | 'CreateOrMerge';

/** What becomes of the Secret when values are gone from the provider. `Delete`: it goes; `Merge`: their keys go; `Retain`: it stays as it is. */
export type DeletionPolicy = 'Delete' | 'Merge' | 'Retain';

/** What an ExternalSecret asks for, with upstream's defaults filled in. */
export interface ExternalSecretSpec {
  /** The store of all entries that name no other; absent where each of them does. */
  readonly secretStoreRef?: StoreReference;
  /** `CreatedOnce`: once for the object; `OnChange`: when its spec or metadata change; `Periodic`: then, and when time is up. */
  readonly refreshPolicy: 'CreatedOnce' | 'Periodic' | 'OnChange';
  /** Milliseconds between reads of the provider; 0 means that only changes of the object cause one. */
  readonly refreshInterval: number;
  readonly syncWindows?: SyncWindows;
  /** Absent: the name of the ExternalSecret. */
  readonly targetName?: string;
  readonly creationPolicy: CreationPolicy;
  readonly deletionPolicy: DeletionPolicy;
  readonly immutable: boolean;
  /** The target is of this kind and no Secret. */
  readonly manifest?: { readonly apiVersion: string; readonly kind: string };
  readonly template?: SecretTemplate;
  readonly dataFrom: readonly DataFromEntry[];
  readonly data: readonly DataEntry[];
}

/** Upstream's default, which its CRD writes into objects and ours does not. */
const defaultRefreshInterval = 3_600_000;

const policyFields = {
  conversionStrategy: supportedOf(['Default', 'Unicode'], ['Default', 'Unicode']).exactOptional().describe('How keys of an object that Kubernetes refuses are made acceptable: Default writes _ for each such character, Unicode its code.'),
  decodingStrategy: decodingStrategy().exactOptional().describe('How the value is encoded at the provider; None where absent.'),
  nullBytePolicy: supportedOf(['Ignore', 'Fail'], ['Ignore', 'Fail']).exactOptional().describe('Whether a NUL byte in the value is an error; Ignore where absent.'),
};

interface PolicyInput {
  readonly conversionStrategy?: ValuePolicies['conversionStrategy'];
  readonly decodingStrategy?: ValuePolicies['decodingStrategy'];
  readonly nullBytePolicy?: ValuePolicies['nullBytePolicy'];
}

function policiesOf({ conversionStrategy = 'Default', decodingStrategy: decoding = 'None', nullBytePolicy = 'Ignore' }: PolicyInput): ValuePolicies {
  return { conversionStrategy, decodingStrategy: decoding, nullBytePolicy };
}

const remoteSource = z
  .strictObject({
    key: z.string().min(1, 'must not be empty').describe('Name of the value at the provider.'),
    property: z.string().exactOptional().describe('gjson path into the value; without one the whole value is taken.'),
    version: z.string().exactOptional().describe("Version in the provider's own notation; without one the current version is read."),
    metadataPolicy: supportedOf(['None', 'Fetch'], ['None', 'Fetch']).exactOptional().describe("Whether the value itself or the provider's metadata is read; None where absent."),
    ...policyFields,
  })
  .transform(({ key, property, version, metadataPolicy = 'None', ...policies }): RemoteSource => ({
    key,
    // an empty text says what an absent field says; External Secrets' Go types cannot tell them apart
    ...(version === undefined || version === '' ? {} : { version }),
    ...(property === undefined || property === '' ? {} : { property }),
    metadataPolicy,
    ...policiesOf(policies),
  }));

const findSource = z
  .strictObject({
    path: z.string().exactOptional().describe("Where to look, in the provider's own notation."),
    name: z.strictObject({ regexp: z.string().exactOptional().describe('RE2 pattern that matches somewhere in the name.') }).exactOptional().describe('Which names are found.'),
    tags: z.record(z.string(), z.string()).exactOptional().describe('Tags that a value must have.'),
    ...policyFields,
  })
  .transform(({ path = '', name, tags, ...policies }): FindSource => ({
    ...(path === '' ? {} : { path }),
    ...(name?.regexp === undefined || name.regexp === '' ? {} : { name: name.regexp }),
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { tags }),
    ...policiesOf(policies),
  }));

const manifest = z.strictObject({
  apiVersion: z.string().min(1).describe('Group and version of the kind.'),
  kind: z.string().min(1).describe('The kind.'),
});

const target = z.strictObject({
  name: objectName().exactOptional().describe("Name of the Secret; the ExternalSecret's name where absent."),
  creationPolicy: supportedOf(['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'], ['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'])
    .exactOptional()
    .describe('Owner where absent: the Secret is made, kept, and goes with its ExternalSecret. Orphan: it stays. Merge: keys are kept within one that is there. CreateOrMerge: or made. None: nothing is written.'),
  deletionPolicy: supportedOf(['Delete', 'Merge', 'Retain'], ['Delete', 'Merge', 'Retain']).exactOptional().describe('What becomes of the Secret when values are gone from the provider; Retain where absent: it stays as it is.'),
  immutable: z.boolean().exactOptional().describe('Whether the Secret is made immutable.'),
  manifest: manifest.exactOptional().describe('The kind of the target, where it is no Secret; the controller must allow it.'),
  template: targetTemplate.exactOptional().describe('How the Secret is made of the values that were read.'),
});

const dataEntry = z.strictObject({
  secretKey: secretKey().describe('Key of the Secret.'),
  remoteRef: remoteSource.describe('The value at the provider.'),
  sourceRef: sourceReference.exactOptional().describe('The store of this entry, where it is another one.'),
});

const dataFromEntry = z.strictObject({
  extract: remoteSource.exactOptional().describe('Takes every key of a JSON object.'),
  find: findSource.exactOptional().describe('Takes every value that is found.'),
  rewrite: keyRewrites.exactOptional().describe('Renames the keys, in order; instead of converting what Kubernetes refuses.'),
  sourceRef: sourceReference.exactOptional().describe('The store of this entry, where it is another one, or the generator that makes it.'),
});

const fields = z.strictObject({
  secretStoreRef: storeReference.exactOptional().describe('The store that values are read from.'),
  refreshPolicy: supportedOf(['CreatedOnce', 'Periodic', 'OnChange'], ['CreatedOnce', 'Periodic', 'OnChange']).exactOptional().describe('When the provider is read; Periodic where absent.'),
  refreshInterval: goDuration().exactOptional().describe('Go duration between reads of the provider, 1h where absent; 0 reads once per change of the object.'),
  syncWindows: syncWindows.exactOptional().describe('When time alone may cause a read of the provider.'),
  target: target.exactOptional().describe('The Secret that is made.'),
  data: z.array(dataEntry).exactOptional().describe('Single keys; they win over dataFrom.'),
  dataFrom: z.array(dataFromEntry).exactOptional().describe('Whole objects, in order; later ones win.'),
});

type Fields = z.output<typeof fields>;
type Fail = (path: readonly (string | number)[], message: string) => void;

/** `spec` of an ExternalSecret, with the checks that External Secrets leaves to its webhook. */
export const externalSecretSpec = fields.transform((spec, context): ExternalSecretSpec => {
  const fail: Fail = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
  const failOnce = once(fail);
  const { data = [], secretStoreRef: store, refreshPolicy = 'Periodic', refreshInterval = defaultRefreshInterval } = spec;
  const { name, creationPolicy = 'Owner', deletionPolicy = 'Retain', immutable = false, manifest: kind, template } = spec.target ?? {};
  if (data.length === 0 && (spec.dataFrom ?? []).length === 0) fail(['data'], 'either data or dataFrom must have an entry');
  checkPolicies(creationPolicy, deletionPolicy, fail);
  for (const { path, message } of template === undefined ? [] : fieldProblems(template, kind !== undefined)) fail(['target', 'template', ...path], message);
  if (deletionPolicy === 'Retain') for (const index of duplicates(data)) fail(['data', index, 'secretKey'], `"${data[index]?.secretKey}" stands here twice; keep one`);
  return {
    ...(store === undefined ? {} : { secretStoreRef: store }),
    refreshPolicy,
    refreshInterval,
    ...(spec.syncWindows === undefined ? {} : { syncWindows: spec.syncWindows }),
    ...(name === undefined ? {} : { targetName: name }),
    creationPolicy,
    deletionPolicy,
    immutable,
    ...(kind === undefined ? {} : { manifest: kind }),
    ...(template === undefined ? {} : { template: kind === undefined ? template : withoutType(template) }),
    dataFrom: (spec.dataFrom ?? []).flatMap((entry, index) => dataFromOf(entry, store, (path, message) => fail(['dataFrom', index, ...path], message))),
    data: data.flatMap((entry, index) => dataOf(entry, store, (path, message) => fail(['data', index, ...path], message), failOnce)),
  };
});

/** What is wrong with the object as a whole is told once, however many of its entries it is wrong for. */
function once(fail: Fail): Fail {
  let told = false;
  return (path, message) => {
    if (!told) fail(path, message);
    told = true;
  };
}

/** Combinations that would destroy what is somebody else's, or that mean nothing. */
function checkPolicies(creation: CreationPolicy, deletion: DeletionPolicy, fail: Fail): void {
  const path = ['target', 'deletionPolicy'];
  if (deletion === 'Delete' && creation !== 'Owner' && creation !== 'Orphan') fail(path, `Delete must not be used with creationPolicy ${creation}: the Secret is not this ExternalSecret's to delete; use creationPolicy Owner`);
  if (deletion === 'Merge' && creation === 'None') fail(path, 'Merge must not be used with creationPolicy None: there is no Secret to merge with');
}

/** The type is a Secret's; of other objects External Secrets takes no notice of it. */
function withoutType({ type: _ofSecrets, ...template }: SecretTemplate): SecretTemplate {
  return template;
}

const storeRequired = 'is required: name the SecretStore or ClusterSecretStore to read from';

function dataOf({ secretKey: key, remoteRef, sourceRef }: NonNullable<Fields['data']>[number], store: StoreReference | undefined, fail: Fail, failSpec: Fail): readonly DataEntry[] {
  if (sourceRef?.kind === 'generator') {
    fail(['sourceRef', 'generatorRef'], 'is not for single keys; use dataFrom with sourceRef.generatorRef');
    return [];
  }
  const own = sourceRef?.store ?? store;
  if (own === undefined) failSpec(['secretStoreRef', 'name'], storeRequired);
  return own === undefined ? [] : [{ secretKey: key, remoteRef, store: own }];
}

function dataFromOf({ extract, find, sourceRef, rewrite = [] }: NonNullable<Fields['dataFrom']>[number], store: StoreReference | undefined, fail: Fail): readonly DataFromEntry[] {
  const given = [extract, find, sourceRef?.kind === 'generator' ? sourceRef : undefined].filter((one) => one !== undefined);
  if (given.length !== 1) {
    fail([], given.length === 0 ? 'must have extract, find or sourceRef.generatorRef' : 'must have only one of extract, find and sourceRef.generatorRef');
    return [];
  }
  if (sourceRef?.kind === 'generator') return [{ kind: 'generator', generator: sourceRef.generator, rewrite }];
  const own = sourceRef?.store ?? store;
  if (own === undefined) {
    fail(['sourceRef', 'storeRef', 'name'], storeRequired);
    return [];
  }
  if (extract !== undefined) return [{ kind: 'extract', extract, store: own, rewrite }];
  return find === undefined ? [] : [{ kind: 'find', find, store: own, rewrite }];
}

/** Indexes of entries whose key an earlier entry has. */
function duplicates(data: readonly { readonly secretKey: string }[]): readonly number[] {
  const seen = new Set<string>();
  return data.flatMap(({ secretKey: key }, index) => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [index];
  });
}
