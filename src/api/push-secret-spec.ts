import { z } from 'zod';
import { goDuration } from './go-duration.ts';
import { type KeyRewrite, mostSteps, regexpRewrite, transformRewrite } from './key-rewrite.ts';
import { supportedOf } from './known-values.ts';
import { objectName } from './kube-text.ts';
import { type LabelSelector, labelSelector } from './label-selector.ts';
import { type PushedEntry, pushedEntry, reverseStrategy } from './pushed-entry.ts';
import { type SecretTemplate, secretTemplate } from './secret-template.ts';
import type { StoreKind } from './secret-store.ts';
import { type GeneratorReference, generatorReference } from './source-reference.ts';

/** Stores to push to: one by its name, or all that bear the labels. */
export type PushStoreReference = { readonly kind: StoreKind } & ({ readonly name: string } | { readonly labels: LabelSelector });

/** What is pushed: one Secret, all Secrets that bear the labels, or what a generator makes. All in the namespace of the PushSecret. */
export type PushSource =
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'secrets'; readonly labels: LabelSelector }
  | { readonly kind: 'generator'; readonly generator: GeneratorReference };

/** A rule that makes entries of the keys a source has. */
export interface PushRule {
  /** For which of the stores the rule is. */
  readonly store: PushStoreReference;
  /** All keys go to this one remote key, as a JSON object; absent: each key goes to a remote key of its own. */
  readonly remoteKey?: string;
  /** A pattern of RE2 that matches somewhere in the key, after its conversion; absent: all keys are meant. */
  readonly match?: string;
  /** What makes remote keys of the keys, step by step. */
  readonly rewrite: readonly KeyRewrite[];
  readonly metadata?: unknown;
  readonly conversionStrategy: 'None' | 'ReverseUnicode';
}

/** What a PushSecret asks for, with upstream's defaults filled in. */
export interface PushSecretSpec {
  readonly secretStoreRefs: readonly PushStoreReference[];
  /** `IfNotExists`: what the provider has already stays as it is. */
  readonly updatePolicy: 'Replace' | 'IfNotExists';
  /** `Delete`: what is no longer pushed goes from the provider. */
  readonly deletionPolicy: 'Delete' | 'None';
  /** Milliseconds between pushes that nothing but time asks for; 0: there are none. */
  readonly refreshInterval: number;
  readonly source: PushSource;
  readonly data: readonly PushedEntry[];
  readonly dataTo: readonly PushRule[];
  readonly template?: SecretTemplate;
}

/** Upstream's default, which its CRD writes into objects and ours does not. */
const defaultRefreshInterval = 3_600_000;

/** Longer ones are for no key. */
const longestPattern = 1_024;

const storeFields = {
  name: objectName().exactOptional().describe('Name of the store.'),
  labelSelector: labelSelector.exactOptional().describe('Labels of the stores.'),
  kind: z.enum(['SecretStore', 'ClusterSecretStore']).exactOptional().describe('SecretStore where absent.'),
};

/** Like External Secrets, the labels count where there is a name as well. */
const listedStore = z.strictObject(storeFields).transform(({ name, labelSelector: labels, kind = 'SecretStore' }, context): PushStoreReference => {
  if (labels !== undefined) return { kind, labels };
  if (name !== undefined) return { kind, name };
  context.addIssue({ code: 'custom', message: 'must have name or labelSelector' });
  return z.NEVER;
});

/** In dataTo it is the other way round: the name counts where there are labels as well. */
const targetedStore = z.strictObject(storeFields).transform(({ name, labelSelector: labels, kind = 'SecretStore' }, context): PushStoreReference => {
  if (name !== undefined) return { kind, name };
  if (labels !== undefined) return { kind, labels };
  context.addIssue({ code: 'custom', message: 'must have name or labelSelector' });
  return z.NEVER;
});

const sourceSecret = z.strictObject({
  name: objectName().exactOptional().describe('Name of the Secret, in the namespace of the PushSecret.'),
  selector: labelSelector.exactOptional().describe('Labels of the Secrets, in the namespace of the PushSecret.'),
});

const source = z
  .strictObject({
    secret: sourceSecret.exactOptional().describe('The Secrets that are pushed.'),
    generatorRef: generatorReference.exactOptional().describe('The generator whose values are pushed.'),
  })
  .transform(({ secret, generatorRef }, context): PushSource => {
    if (secret !== undefined && generatorRef === undefined) {
      if (secret.name !== undefined) return { kind: 'secret', name: secret.name };
      if (secret.selector !== undefined) return { kind: 'secrets', labels: secret.selector };
      context.addIssue({ code: 'custom', path: ['secret'], message: 'must have name or selector' });
      return z.NEVER;
    }
    if (generatorRef !== undefined && secret === undefined) return { kind: 'generator', generator: generatorRef };
    context.addIssue({ code: 'custom', message: 'must have secret or generatorRef, and only one of them' });
    return z.NEVER;
  });

/** Whether it can be compiled is found out where that may take its time, as with templates. */
const keyPattern = z.string().refine(({ length }) => length <= longestPattern, `must have at most ${longestPattern} characters`);

const rewriteStep = z
  .strictObject({
    regexp: regexpRewrite.exactOptional().describe('Replaces what matches a pattern.'),
    transform: transformRewrite.exactOptional().describe('Renders the remote key by a template.'),
  })
  .transform(({ regexp, transform }, context): KeyRewrite => {
    if (regexp !== undefined && transform === undefined) return { kind: 'regexp', ...regexp };
    if (transform !== undefined && regexp === undefined) return { kind: 'transform', ...transform };
    context.addIssue({ code: 'custom', message: 'must have regexp or transform, and only one of them' });
    return z.NEVER;
  });

/** Where the schema of the CRD keeps what the API server itself refuses. */
const celRules = 'x-kubernetes-validations';
const ruleRules = [
  { rule: 'has(self.storeRef.name) || has(self.storeRef.labelSelector)', message: 'storeRef must have name or labelSelector' },
  { rule: '!has(self.remoteKey) || !has(self.rewrite) || size(self.rewrite) == 0', message: 'rewrite must not stand beside remoteKey' },
];

const rule = z
  .strictObject({
    storeRef: targetedStore.describe('For which of the stores in secretStoreRefs the rule is.'),
    remoteKey: z.string().exactOptional().describe('Remote key for all keys together, as a JSON object; each key gets a remote key of its own where absent.'),
    match: z.strictObject({ regexp: keyPattern.exactOptional().describe('RE2 pattern that matches somewhere in the key.') }).exactOptional().describe('Which keys are pushed; all where absent.'),
    rewrite: z
      .array(rewriteStep)
      .refine(({ length }) => length <= mostSteps, `must have at most ${mostSteps} entries`)
      .exactOptional()
      .describe('Makes remote keys of the keys, in order.'),
    metadata: z.unknown().exactOptional().describe("What the provider is to keep with the values, in the provider's own fields."),
    conversionStrategy: reverseStrategy().exactOptional().describe('ReverseUnicode undoes the conversion Unicode of keys; None where absent.'),
  })
  .meta({ [celRules]: ruleRules })
  .transform(({ storeRef, remoteKey = '', match, rewrite = [], metadata, conversionStrategy = 'None' }, context): PushRule => {
    if (remoteKey !== '' && rewrite.length > 0) context.addIssue({ code: 'custom', path: ['rewrite'], message: 'must not stand beside remoteKey: only where each key gets a remote key of its own there is one to rewrite' });
    return {
      store: storeRef,
      ...(remoteKey === '' ? {} : { remoteKey }),
      ...(match?.regexp === undefined || match.regexp === '' ? {} : { match: match.regexp }),
      rewrite,
      ...(metadata === undefined || metadata === null ? {} : { metadata }),
      conversionStrategy,
    };
  });

/** `spec` of a PushSecret, with the checks that External Secrets leaves to its CRD and to the push. */
export const pushSecretSpec = z
  .strictObject({
    refreshInterval: goDuration().exactOptional().describe('Go duration between pushes, 1h where absent; 0 pushes once per change of the object or of what it pushes.'),
    secretStoreRefs: z.array(listedStore).describe('The stores that are pushed to.'),
    updatePolicy: supportedOf(['Replace', 'IfNotExists'], ['Replace', 'IfNotExists']).exactOptional().describe('Whether what the provider has already is overwritten; Replace where absent: it is.'),
    deletionPolicy: supportedOf(['Delete', 'None'], ['Delete', 'None']).exactOptional().describe('Whether what is no longer pushed goes from the provider; None where absent: it stays.'),
    selector: source.describe('What is pushed.'),
    data: z.array(pushedEntry).exactOptional().describe('Single keys; they win over dataTo.'),
    dataTo: z.array(rule).exactOptional().describe('Rules that push the keys a Secret has, whatever they are.'),
    template: secretTemplate.exactOptional().describe('What is made of the Secret before it is pushed; the Secret itself stays as it is.'),
  })
  .transform(({ secretStoreRefs, updatePolicy = 'Replace', deletionPolicy = 'None', refreshInterval = defaultRefreshInterval, selector, data = [], dataTo = [], template }, context): PushSecretSpec => {
    // External Secrets takes it for a PushSecret that does nothing, and says nothing
    if (secretStoreRefs.length === 0) context.addIssue({ code: 'custom', path: ['secretStoreRefs'], message: 'must have an entry: name the store to push to' });
    for (const [index, { store }] of dataTo.entries()) {
      const isListed = !('name' in store) || secretStoreRefs.some((listed) => 'name' in listed && listed.kind === store.kind && listed.name === store.name);
      if (!isListed) context.addIssue({ code: 'custom', path: ['dataTo', index, 'storeRef'], message: `${store.kind} "${store.name}" does not stand in secretStoreRefs by its name` });
    }
    return { secretStoreRefs, updatePolicy, deletionPolicy, refreshInterval, source: selector, data, dataTo, ...(template === undefined ? {} : { template }) };
  });
