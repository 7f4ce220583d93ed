import { z } from 'zod';
import type { Condition } from './condition.ts';
import { condition, observedGeneration } from './condition-schema.ts';
import { finalizerName, secretKeyProblem } from './kube-text.ts';
import { type KubeObject, type ObjectMeta, parseApiVersion } from './object.ts';
import { isPrivilegedSecretType, privilegedTypeRule } from './privileged-secret-types.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';

const sealedSecretsGroup = 'bitnami.com';
export const sealedSecretsApiVersion = `${sealedSecretsGroup}/v1alpha1`;
export const sealedSecretKind = 'SealedSecret';

/** What the Secret is to look like, beside its sealed values. (Source: Sealed Secrets' SecretTemplateSpec.) */
export interface SealedSecretTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly type?: string;
  /** Counts when the Secret is created; one that is there keeps what it has. */
  readonly immutable?: boolean;
  /** Go templates over the opened values, by key of the Secret. */
  readonly data: Readonly<Record<string, string>>;
}

export interface SealedSecretSpec {
  /** Ciphertexts in base64, by key of the Secret. */
  readonly encryptedData: Readonly<Record<string, string>>;
  readonly template: SealedSecretTemplate;
  /** The whole Secret in one ciphertext, as the first versions sealed it. */
  readonly data?: string;
}

/** A SealedSecret as the rest of the product sees it. */
export interface SealedSecret {
  readonly metadata: ObjectMeta;
  readonly spec: SealedSecretSpec;
  readonly status: SealedSecretStatus;
}

export interface SealedSecretStatus {
  readonly conditions: readonly Condition[];
  readonly observedGeneration?: number;
  /** What was made last, so that nothing need be opened again to know that it still stands. */
  readonly unsealed?: UnsealRecord;
}

/** A note of ours: what stood where after the last unsealing. Believed only as far as its proof holds. */
export interface UnsealRecord {
  /** `uid/resourceVersion` of the Secret as it was written or found. */
  readonly secret: string;
  /** Whether it was ours to bring back, `kept`; or another's that was added to or left to itself, `lent`. */
  readonly hold: 'kept' | 'lent';
  /** Fingerprints of the keys that opened its values, in order. */
  readonly keys: readonly string[];
  /** Fingerprint of the key that the two codes below are keyed from. */
  readonly by: string;
  /** Keyed hash of the values. */
  readonly content: string;
  /** Keyed hash of what was unsealed and of all the above. */
  readonly proof: string;
}

/** The keys of a map of templates or ciphertexts are keys of a Secret. */
function bySecretKey(value: z.ZodType<string>): z.ZodType<Readonly<Record<string, string>>> {
  return z.record(z.string(), value).superRefine((entries, context) => {
    for (const key of Object.keys(entries)) {
      const problem = secretKeyProblem(key);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [key], message: problem });
    }
  });
}

const texts = z.record(z.string(), z.string()).nullish().transform((found) => found ?? {});

/** Kubernetes gives each field of metadata a meaning of its own; what names the object itself is overruled, as in Sealed Secrets. */
const templateMetadata = z
  .looseObject({ labels: texts, annotations: texts, finalizers: z.array(finalizerName()).nullish() })
  .nullish()
  .describe('Labels, annotations and finalizers of the Secret; its name and namespace are those of the SealedSecret.');

const template = z
  .strictObject({
    metadata: templateMetadata,
    type: z.string().refine((type) => !isPrivilegedSecretType(type), privilegedTypeRule).exactOptional().describe('The type of the Secret; Opaque where absent.'),
    immutable: z.boolean().nullish().describe('Whether the Secret is created as immutable.'),
    data: bySecretKey(z.string()).nullish().describe('Go templates over the opened values, by key of the Secret.'),
  })
  .nullish()
  .transform((found): SealedSecretTemplate => ({
    labels: found?.metadata?.labels ?? {},
    annotations: found?.metadata?.annotations ?? {},
    finalizers: found?.metadata?.finalizers ?? [],
    ...(found?.type === undefined || found.type === '' ? {} : { type: found.type }),
    ...(typeof found?.immutable === 'boolean' ? { immutable: found.immutable } : {}),
    data: found?.data ?? {},
  }))
  .describe('What the Secret is to look like.');

/** `spec` of a SealedSecret, every field of it. */
export const sealedSecretSpec: z.ZodType<SealedSecretSpec> = z
  .strictObject({
    encryptedData: bySecretKey(z.string('must be a ciphertext in base64')).nullish().describe('Ciphertexts in base64, by key of the Secret.'),
    template,
    data: z.string().nullish().describe('Deprecated: the whole Secret in one ciphertext; seal it anew.'),
  })
  .refine(({ encryptedData, data }) => typeof data !== 'string' || Object.keys(encryptedData ?? {}).length === 0, { path: ['data'], message: 'cannot stand beside encryptedData; remove it, it is the deprecated form' })
  .transform(({ encryptedData, template: made, data }): SealedSecretSpec => ({ encryptedData: encryptedData ?? {}, template: made, ...(typeof data === 'string' ? { data } : {}) }));

const unsealRecord: z.ZodType<UnsealRecord> = z
  .object({ secret: z.string(), hold: z.enum(['kept', 'lent']), keys: z.array(z.string()), by: z.string(), content: z.string(), proof: z.string() })
  .describe('What was unsealed last and with which keys, so that a restart opens nothing again.');

/** `status` of a SealedSecret: upstream's fields, and observedGeneration in its conditions. */
export const sealedSecretStatus: z.ZodType<SealedSecretStatus> = z.object({ observedGeneration, conditions: z.array(condition).default([]), unsealed: unsealRecord.exactOptional() });

/** Whether an object is a SealedSecret. */
export function isSealedSecret({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return kind === sealedSecretKind && parseApiVersion(apiVersion).group === sealedSecretsGroup;
}

/** Parses a SealedSecret from Git or from the cluster. All errors are reported; none quotes a value. */
export function parseSealedSecret(object: KubeObject): Parsed<SealedSecret> {
  if (!isSealedSecret(object)) return { ok: false, errors: [{ path: 'kind', message: `must be ${sealedSecretKind} of ${sealedSecretsGroup}` }] };
  if (object.apiVersion !== sealedSecretsApiVersion) return { ok: false, errors: [{ path: 'apiVersion', message: `is not a version this Prelude reads; use ${sealedSecretsApiVersion}` }] };
  const parsed = parse(z.object({ spec: sealedSecretSpec }), object);
  return parsed.ok ? { ok: true, value: { metadata: object.metadata, spec: parsed.value.spec, status: parseSealedSecretStatus(object) } } : parsed;
}

/** The status of a SealedSecret. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseSealedSecretStatus(object: KubeObject): SealedSecretStatus {
  const status = sealedSecretStatus.safeParse(object['status'] ?? {});
  return status.success ? status.data : { conditions: [] };
}

/** Names of Sealed Secrets' annotations beside those of the scope. */
export const sealedSecretAnnotations = {
  /** On a Secret: a SealedSecret of its name may take it over. */
  managed: 'sealedsecrets.bitnami.com/managed',
  /** On a Secret: a SealedSecret of its name may add to it. */
  patch: 'sealedsecrets.bitnami.com/patch',
  /** In the template: the Secret is nobody's, and stays when its SealedSecret goes. */
  skipOwner: 'sealedsecrets.bitnami.com/skip-set-owner-references',
} as const;

/** Type of the one condition that Sealed Secrets writes. */
export const syncedCondition = 'Synced';

/** Reasons of events about a SealedSecret; the condition has the same. */
export const sealedSecretReasons = { unsealed: 'Unsealed', notUnsealed: 'ErrUnsealFailed', notUpdated: 'ErrUpdateFailed' } as const;

/** What a Secret of the deprecated form holds beside its data. */
export interface SealedBlob extends Omit<SealedSecretTemplate, 'data'> {
  /** Base64, by key. */
  readonly data: Readonly<Record<string, string>>;
}

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const blob = z.object({
  metadata: z.object({ labels: texts, annotations: texts }).nullish(),
  type: z.string().refine((type) => !isPrivilegedSecretType(type), privilegedTypeRule).nullish(),
  data: bySecretKey(base64).nullish(),
});

/** Parses the Secret that a deprecated `data` was sealed from; undefined for what is none, which nothing is said of. */
export function parseSealedBlob(text: string): SealedBlob | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found = blob.safeParse(value);
  if (!found.success) return undefined;
  const { metadata, type, data } = found.data;
  return { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, finalizers: [], ...(type === null || type === undefined || type === '' ? {} : { type }), data: data ?? {} };
}
