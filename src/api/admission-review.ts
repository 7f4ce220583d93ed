import { z } from 'zod';
import type { KubeObject } from './object.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';

/** What the API server asks before it stores an object (admission.k8s.io/v1). */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** Where the object is, or is to be; absent where its kind has no namespace. */
  readonly namespace?: string;
  /** Absent where something is deleted. */
  readonly object?: KubeObject;
  /** What is stored now. */
  readonly oldObject?: KubeObject;
}

export interface AdmissionVerdict {
  readonly allowed: boolean;
  /** Why not. */
  readonly message?: string;
  readonly warnings?: readonly string[];
  /** How the object is changed before it is stored; absent: it is not. */
  readonly patch?: JsonPatch;
}

/** RFC 6902, as far as something is added. */
export type JsonPatch = readonly { readonly op: 'add'; readonly path: string; readonly value: unknown }[];

const admissionApiVersion = 'admission.k8s.io/v1';

const object: z.ZodType<KubeObject> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  // the API server names an object with generateName after the webhooks have been asked
  metadata: z.looseObject({ name: z.string().default('') }),
});

const review = z.object({
  apiVersion: z.literal(admissionApiVersion),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    namespace: z.string().nullish(),
    object: object.nullish(),
    oldObject: object.nullish(),
  }),
});

/** Parses an AdmissionReview of an API server; no error quotes it. */
export function parseAdmissionReview(input: unknown): Parsed<AdmissionRequest> {
  const parsed = parse(review, input);
  if (!parsed.ok) return parsed;
  const { uid, operation, namespace, object: asked, oldObject: stored } = parsed.value.request;
  return { ok: true, value: { uid, operation, ...(namespace == null || namespace === '' ? {} : { namespace }), ...(asked == null ? {} : { object: asked }), ...(stored == null ? {} : { oldObject: stored }) } };
}

/** The AdmissionReview that answers one. */
export function admissionAnswer({ uid }: Pick<AdmissionRequest, 'uid'>, { allowed, message, warnings = [], patch }: AdmissionVerdict): Readonly<Record<string, unknown>> {
  return {
    apiVersion: admissionApiVersion,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { status: 'Failure', reason: 'Invalid', code: 422, message: message ?? '' } }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(patch === undefined ? {} : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
    },
  };
}
