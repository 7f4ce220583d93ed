import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { type Parsed, parse } from '../../api/schema.ts';

const strings = z.record(z.string(), z.string({ error: 'must be a string; quote the value' }));

/** What a name may be at all: a segment of a URL (Kubernetes' path segment validation). Kinds are stricter; the API server says so. */
const name = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be a string; quote the value') })
  .min(1, 'must not be empty')
  .max(253)
  // oxlint-disable-next-line no-control-regex
  .regex(/^(?!\.{1,2}$)[^\s/%\u0000-\u001f]+$/, 'is not the name of an object');

const namespace = z
  .string({ error: 'must be a string; quote the value' })
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a name in lower case: letters, digits and -');

const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

/**
 * Metadata as people and generators write it. `labels:` with nothing after it and `creationTimestamp: null` are common and mean
 * nothing; what only the API server sets is left out.
 */
const metadata = z
  .looseObject({
    name: name.exactOptional(),
    generateName: z.unknown().optional(),
    namespace: namespace.nullish(),
    labels: strings.nullish(),
    annotations: strings.nullish(),
    finalizers: z.array(z.string()).nullish(),
    ownerReferences: z.array(ownerReference).nullish(),
    uid: z.unknown().optional(),
    resourceVersion: z.unknown().optional(),
    generation: z.unknown().optional(),
    creationTimestamp: z.unknown().optional(),
    deletionTimestamp: z.unknown().optional(),
    managedFields: z.unknown().optional(),
    selfLink: z.unknown().optional(),
  })
  .transform((given, context) => {
    const { name: own, generateName, namespace: place, labels, annotations, finalizers, ownerReferences, ...rest } = given;
    const { uid: _1, resourceVersion: _2, generation: _3, creationTimestamp: _4, deletionTimestamp: _5, managedFields: _6, selfLink: _7, ...others } = rest;
    if (own === undefined) {
      const message = generateName === undefined ? 'is required' : 'is required: with generateName every sync would make another object';
      context.addIssue({ code: 'custom', path: ['name'], message });
      return z.NEVER;
    }
    return {
      ...others,
      name: own,
      ...(place === undefined || place === null ? {} : { namespace: place }),
      ...(labels === undefined || labels === null ? {} : { labels }),
      ...(annotations === undefined || annotations === null ? {} : { annotations }),
      ...(finalizers === undefined || finalizers === null ? {} : { finalizers }),
      ...(ownerReferences === undefined || ownerReferences === null ? {} : { ownerReferences }),
    };
  });

const manifest = z.looseObject({
  apiVersion: z.string({ error: 'is required' }).regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?v[0-9][a-z0-9]*$/, 'must be a version like v1 or apps/v1'),
  kind: z.string({ error: 'is required' }).regex(/^[A-Za-z][A-Za-z0-9]{0,62}$/, 'is not the name of a kind'),
  metadata: z.preprocess((value) => value ?? {}, metadata),
});

/** Checks what every object has, whatever its kind. Errors never quote the manifest. */
export function parseManifest(value: unknown): Parsed<KubeObject> {
  return parse(manifest, value);
}
