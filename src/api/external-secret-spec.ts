import { z } from 'zod';
import { type DecodingStrategy, decodingStrategy } from './decoding-strategy.ts';
import { goDuration } from './go-duration.ts';
import { type KeyRewrite, keyRewrites } from './key-rewrite.ts';
import { objectName, secretKey } from './kube-text.ts';
import { supportedOf } from './known-values.ts';
import { unsupported } from './schema.ts';
import { type SecretTemplate, secretTemplate } from './secret-template.ts';

/** One value at the provider, and how it is taken out of what the provider answers. */
export interface RemoteSource {
  readonly key: string;
  /** In the provider's own notation; absent means the current one. */
  readonly version?: string;
  /** A gjson path into the value. */
  readonly property?: string;
  readonly decodingStrategy: DecodingStrategy;
  /** Whether a NUL byte in the decoded value is an error. */
  readonly nullBytePolicy: 'Ignore' | 'Fail';
}

export interface DataEntry {
  readonly secretKey: string;
  readonly remoteRef: RemoteSource;
}

export interface DataFromEntry {
  readonly extract: RemoteSource;
  /** In order, each on what the one before has left. With none, keys that Kubernetes refuses are converted. */
  readonly rewrite: readonly KeyRewrite[];
}

export interface StoreReference {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
}

/** What an ExternalSecret asks for, with upstream's defaults filled in. */
export interface ExternalSecretSpec {
  readonly secretStoreRef: StoreReference;
  /** Milliseconds between reads of the provider; 0 means that only changes of the object cause one. */
  readonly refreshInterval: number;
  /** Absent: the name of the ExternalSecret. */
  readonly targetName?: string;
  readonly template?: SecretTemplate;
  readonly dataFrom: readonly DataFromEntry[];
  readonly data: readonly DataEntry[];
}

/** Upstream's default, which its CRD writes into objects and ours does not. */
const defaultRefreshInterval = 3_600_000;

const remoteSourceFields = {
  key: z.string().min(1, 'must not be empty').describe('Name of the value at the provider.'),
  property: z.string().exactOptional().describe('gjson path into the value; without one the whole value is taken.'),
  version: z.string().exactOptional().describe("Version in the provider's own notation; without one the current version is read."),
  metadataPolicy: supportedOf(['None'], ['None', 'Fetch']).exactOptional().describe("Whether the value itself or the provider's metadata is read."),
  conversionStrategy: supportedOf(['Default'], ['Default', 'Unicode']).exactOptional().describe('How keys of an object that Kubernetes refuses are made acceptable: Default writes _ for each such character.'),
  decodingStrategy: decodingStrategy().exactOptional().describe('How the value is encoded at the provider; None where absent.'),
  nullBytePolicy: supportedOf(['Ignore', 'Fail'], ['Ignore', 'Fail']).exactOptional().describe('Whether a NUL byte in the value is an error; Ignore where absent.'),
};

const remoteSource = z.strictObject(remoteSourceFields).transform(
  ({ key, property, version, decodingStrategy = 'None', nullBytePolicy = 'Ignore' }): RemoteSource => ({
    key,
    // an empty text says what an absent field says; External Secrets' Go types cannot tell them apart
    ...(version === undefined || version === '' ? {} : { version }),
    ...(property === undefined || property === '' ? {} : { property }),
    decodingStrategy,
    nullBytePolicy,
  }),
);

const storeReference = z.strictObject({
  name: objectName().exactOptional().describe('Name of the store.'),
  kind: z.enum(['SecretStore', 'ClusterSecretStore']).exactOptional().describe('SecretStore where absent.'),
});

const target = z.strictObject({
  name: objectName().exactOptional().describe("Name of the Secret; the ExternalSecret's name where absent."),
  creationPolicy: supportedOf(['Owner'], ['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge']).exactOptional().describe('Owner where absent: the Secret is made, kept, and goes with its ExternalSecret.'),
  deletionPolicy: supportedOf(['Retain'], ['Delete', 'Merge', 'Retain']).exactOptional().describe('What becomes of the Secret when values are gone from the provider; Retain where absent: it stays as it is.'),
  immutable: supportedOf([false], [true, false]).exactOptional().describe('Whether the Secret is made immutable.'),
  manifest: unsupported(),
  template: secretTemplate.exactOptional().describe('How the Secret is made of the values that were read.'),
});

const dataEntry = z.strictObject({
  secretKey: secretKey().describe('Key of the Secret.'),
  remoteRef: remoteSource,
  sourceRef: unsupported(),
});

const dataFromEntry = z.strictObject({
  extract: remoteSource.exactOptional().describe('Takes every key of a JSON object.'),
  find: unsupported(),
  rewrite: keyRewrites.exactOptional().describe('Renames the keys, in order; instead of converting what Kubernetes refuses.'),
  sourceRef: unsupported(),
});

const fields = z.strictObject({
  secretStoreRef: storeReference.exactOptional().describe('The store that values are read from.'),
  refreshPolicy: supportedOf(['Periodic'], ['CreatedOnce', 'Periodic', 'OnChange']).exactOptional().describe('When the provider is read; Periodic where absent.'),
  refreshInterval: goDuration().exactOptional().describe('Go duration between reads of the provider, 1h where absent; 0 reads once per change of the object.'),
  syncWindows: unsupported(),
  target: target.exactOptional(),
  data: z.array(dataEntry).exactOptional().describe('Single keys; they win over dataFrom.'),
  dataFrom: z.array(dataFromEntry).exactOptional().describe('Whole objects, in order; later ones win.'),
});

/** `spec` of an ExternalSecret, with the checks that External Secrets leaves to its webhook. */
export const externalSecretSpec = fields.transform((spec, context): ExternalSecretSpec => {
  const fail = (path: readonly (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path: [...path], message });
  };
  const { data = [] } = spec;
  const store = spec.secretStoreRef;
  if (store?.name === undefined) fail(['secretStoreRef', 'name'], 'is required: name the SecretStore or ClusterSecretStore to read from');
  if (data.length === 0 && (spec.dataFrom ?? []).length === 0) fail(['data'], 'either data or dataFrom must have an entry');
  for (const index of duplicates(data)) fail(['data', index, 'secretKey'], `"${data[index]?.secretKey}" stands here twice; keep one`);
  const dataFrom = (spec.dataFrom ?? []).flatMap(({ extract, rewrite = [] }, index) => {
    if (extract === undefined) fail(['dataFrom', index], 'extract is required');
    return extract === undefined ? [] : [{ extract, rewrite }];
  });
  return {
    secretStoreRef: { kind: store?.kind ?? 'SecretStore', name: store?.name ?? '' },
    refreshInterval: spec.refreshInterval ?? defaultRefreshInterval,
    ...(spec.target?.name === undefined ? {} : { targetName: spec.target.name }),
    ...(spec.target?.template === undefined ? {} : { template: spec.target.template }),
    dataFrom,
    data,
  };
});

/** Indexes of entries whose key an earlier entry has. */
function duplicates(data: readonly DataEntry[]): readonly number[] {
  const seen = new Set<string>();
  return data.flatMap(({ secretKey: key }, index) => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [index];
  });
}
