import type { HttpClient } from '../../../lib/http.ts';
import { SigningKeyError } from '../../../lib/sign-jwt.ts';
import type { OpenKey } from '../data-key.ts';
import type { SopsKey } from '../metadata.ts';
import { openWithAge } from './age-key.ts';
import { type ServiceContext, ServiceRefusal } from './ask-service.ts';
import { openWithKms } from './aws-kms.ts';
import { openWithAzure } from './azure-key-vault.ts';
import { openWithGcp } from './gcp-kms.ts';
import { type KeyAnswer, refuse } from './key-answer.ts';
import type { KeyBundle } from './key-bundle.ts';
import { openWithGpg } from './pgp-key.ts';
import { openWithTransit } from './vault-transit.ts';

export interface KeyServices {
  /** For key services: with address rules and deadlines. Absent: none is asked. */
  readonly http?: HttpClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where gpg's folder may lie: in memory. */
  readonly memoryFolder: string;
}

/** Opens keys of files with what a Secret gives. */
export function createOpenKey(bundle: KeyBundle, { http, now, memoryFolder }: KeyServices): OpenKey {
  return async (key, signal) => {
    if (key.type === 'age') return openWithAge(key, bundle.age);
    if (key.type === 'pgp') return openWithGpg(key.enc, { keys: bundle.pgp, memoryFolder, signal });
    if (http === undefined) return refuse('no key service is asked here');
    try {
      return await ask(key, bundle, { http, now, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ServiceRefusal) return { ok: false, reason: error.message, ...(error.transient ? { transient: true } : {}) };
      if (error instanceof SigningKeyError) return refuse(`of the credentials at hand, ${error.message}`);
      throw error;
    }
  };
}

async function ask(key: Exclude<SopsKey, { readonly type: 'age' | 'pgp' }>, bundle: KeyBundle, context: ServiceContext): Promise<KeyAnswer> {
  const { allowed } = bundle;
  switch (key.type) {
    case 'kms':
      return openWithKms(key, { credentials: bundle.aws, allowed }, context);
    case 'gcp_kms':
      return openWithGcp(key, { account: bundle.gcp, allowed }, context);
    case 'azure_kv':
      return openWithAzure(key, { application: bundle.azure, allowed }, context);
    case 'hc_vault':
      return openWithTransit(key, { token: bundle.vaultToken, allowed }, context);
    case 'hckms':
      return refuse('is not supported');
  }
}
