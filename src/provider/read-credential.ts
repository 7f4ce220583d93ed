import type { Clock } from '../lib/clock.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { WholeSecret } from './contract.ts';
import type { CredentialSource } from './credential-source.ts';
import { withDeadline } from './deadline.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ResolvedCredential } from './selector.ts';
import { objectKindOf } from './selector.ts';

/** What a credential turned out to be. Of a service account it is who it acts as at clouds; its tokens are asked for when they are needed. */
export type CredentialValue =
  | { readonly kind: 'Secret'; readonly value: SecretBytes }
  | { readonly kind: 'WholeSecret'; readonly value: WholeSecret }
  | { readonly kind: 'ConfigMap'; readonly value: string }
  | { readonly kind: 'ServiceAccount'; readonly annotations: Readonly<Record<string, string>> };

export interface ReadCredentialOptions {
  readonly source: CredentialSource;
  readonly clock: Clock;
  /** Milliseconds that reading one may take. */
  readonly deadline: number;
}

/**
 * Reads one credential within a deadline of its own.
 * @throws ProviderError: `invalid` where it does not exist, else what the source says
 */
export async function readCredential(wanted: ResolvedCredential, { source, clock, deadline }: ReadCredentialOptions): Promise<CredentialValue> {
  const object = `${objectKindOf(wanted)} ${wanted.namespace}/${wanted.name}`;
  const what = `reading ${object}, which holds the store's credentials,`;
  const value = await withDeadline((signal) => readFrom(source, wanted, signal), { clock, deadline, what, controller: new AbortController() }).catch((error: unknown) => {
    throw asProviderError(error, what);
  });
  if (value !== undefined) return value;
  const part = 'key' in wanted ? `key "${wanted.key}" of ${object}` : object;
  throw new ProviderError('invalid', `the store's credentials need ${part}, which does not exist`);
}

async function readFrom(source: CredentialSource, wanted: ResolvedCredential, signal: AbortSignal): Promise<CredentialValue | undefined> {
  const { namespace, name } = wanted;
  switch (wanted.kind) {
    case 'Secret': {
      const value = await source.read(namespace, name, wanted.key, signal);
      return value === undefined ? undefined : { kind: wanted.kind, value };
    }
    case 'WholeSecret': {
      const value = await source.readWhole(namespace, name, signal);
      return value === undefined ? undefined : { kind: wanted.kind, value };
    }
    case 'ConfigMap': {
      const value = await source.readConfigMap(namespace, name, wanted.key, signal);
      return value === undefined ? undefined : { kind: wanted.kind, value };
    }
    case 'ServiceAccount': {
      const annotations = await source.serviceAccount(namespace, name, signal);
      return annotations === undefined ? undefined : { kind: wanted.kind, annotations };
    }
    default:
      return wanted satisfies never;
  }
}
