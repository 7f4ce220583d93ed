import { z } from 'zod';
import { externalSecretsApiVersion, externalSecretsGroup } from './names.ts';
import type { KubeObject } from './object.ts';
import { parseApiVersion } from './object.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';

const readable: readonly string[] = [externalSecretsApiVersion, `${externalSecretsGroup}/v1beta1`];

/** Whether an object is of a kind of External Secrets' main group, in whatever version. */
export function isExternalSecretsKind(object: { readonly apiVersion: string; readonly kind: string }, kind: string): boolean {
  return object.kind === kind && parseApiVersion(object.apiVersion).group === externalSecretsGroup;
}

/**
 * Parses `spec` of an object of External Secrets' main group, after a look at its apiVersion and kind.
 * @param versions the apiVersions that are read, the one to use first
 */
export function parseKind<T>(object: KubeObject, kind: string, spec: z.ZodType<T>, versions = readable): Parsed<T> {
  if (!isExternalSecretsKind(object, kind)) return { ok: false, errors: [{ path: 'kind', message: `must be ${kind} of ${externalSecretsGroup}` }] };
  if (!versions.includes(object.apiVersion)) {
    return { ok: false, errors: [{ path: 'apiVersion', message: `is not a version this Prelude reads; use ${versions[0] ?? externalSecretsApiVersion}` }] };
  }
  const parsed = parse(z.object({ spec }), object);
  return parsed.ok ? { ok: true, value: parsed.value.spec } : parsed;
}
