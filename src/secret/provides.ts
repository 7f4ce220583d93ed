import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import type { ExternalSecret } from '../api/external-secret.ts';
import type { TemplateFrom } from '../api/secret-template.ts';
import { keepsData } from './template/keeps-data.ts';
import { literalKeys } from './template/literal-keys.ts';

/** The Secret that a declared object will make. */
export interface Provided {
  readonly secret: string;
  /** `dynamic`: they come from the provider's data and only the live Secret can tell. */
  readonly keys: readonly string[] | 'dynamic';
  /** The Secret's type where the declaration fixes it; Opaque otherwise. */
  readonly type?: string;
}

/** The name of the Secret that an ExternalSecret makes. */
export function targetName({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  return spec.targetName ?? metadata.name;
}

/** Whether there is a Secret at all that an ExternalSecret writes. */
export function writesSecret({ creationPolicy, manifest }: ExternalSecretSpec): boolean {
  return creationPolicy !== 'None' && manifest === undefined;
}

/**
 * Which Secret, with which keys, an ExternalSecret will make: known without cluster and provider. Undefined where it makes none.
 * A Secret that is merged into has keys of others beside ours.
 */
export function provides(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): Provided | undefined {
  const { spec } = externalSecret;
  if (!writesSecret(spec)) return undefined;
  const isMerged = spec.creationPolicy === 'Merge' || spec.creationPolicy === 'CreateOrMerge';
  return {
    secret: targetName(externalSecret),
    keys: isMerged ? 'dynamic' : keysOf(spec),
    ...(spec.template?.type === undefined ? {} : { type: spec.template.type }),
  };
}

/** The keys that a Secret must have to be current; values that may be gone from the provider take theirs along. */
export function fixedKeys(spec: ExternalSecretSpec): Provided['keys'] {
  return spec.deletionPolicy === 'Retain' ? keysOf(spec) : 'dynamic';
}

function keysOf({ data, dataFrom, template }: ExternalSecretSpec): Provided['keys'] {
  const keepsRead = template === undefined || keepsData(template);
  if (keepsRead && dataFrom.length > 0) return 'dynamic';
  const keys = new Set(keepsRead ? data.map(({ secretKey }) => secretKey) : []);
  for (const from of template?.templateFrom ?? []) {
    const rendered = from.target === 'Data' ? keysFrom(from) : [];
    if (rendered === 'dynamic') return 'dynamic';
    for (const key of rendered) keys.add(key);
  }
  for (const key of Object.keys(template?.data ?? {})) keys.add(key);
  return [...keys];
}

function keysFrom({ configMap, secret, literal }: TemplateFrom): Provided['keys'] {
  const items = [...(configMap?.items ?? []), ...(secret?.items ?? [])];
  if (items.some(({ templateAs }) => templateAs === 'KeysAndValues')) return 'dynamic';
  const keys = items.map(({ key }) => key);
  if (literal === undefined) return keys;
  // a value that is rendered may hold a line break, and so further keys
  const fixed = literal.includes('{{') ? undefined : literalKeys(literal);
  return fixed === undefined ? 'dynamic' : [...keys, ...fixed];
}
