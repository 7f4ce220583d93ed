import { z } from 'zod';
import type { KubeObject } from './object.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';

/** What the API server asks before it stores an object (admission.k8s.io/v1). */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
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
}

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
    object: object.nullish(),
    oldObject: object.nullish(),
  }),
});

/** Parses an AdmissionReview of an API server; no error quotes it. */
export function parseAdmissionReview(input: unknown): Parsed<AdmissionRequest> {
  const parsed = parse(review, input);
  if (!parsed.ok) return parsed;
  const { uid, operation, object: asked, oldObject: stored } = parsed.value.request;
  return { ok: true, value: { uid, operation, ...(asked == null ? {} : { object: asked }), ...(stored == null ? {} : { oldObject: stored }) } };
}

/** The AdmissionReview that answers one. */
export function admissionAnswer({ uid }: Pick<AdmissionRequest, 'uid'>, { allowed, message, warnings = [] }: AdmissionVerdict): Readonly<Record<string, unknown>> {
  return {
    apiVersion: admissionApiVersion,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { status: 'Failure', reason: 'Invalid', code: 422, message: message ?? '' } }),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}
