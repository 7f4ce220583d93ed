import type { Clock } from '../../src/lib/clock.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { FetchToken } from './identity.ts';
import { TokenSource } from './token-source.ts';

/** Tokens for vaults, in the form that the SDK takes them. */
export interface VaultCredential {
  readonly getToken: (scopes: string | string[]) => Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
  /** Proves the identity where it is known what tokens are for, so that a vault is not asked in vain. @throws ProviderError */
  readonly prove: () => Promise<void>;
  /** Drops a token that a vault refused. */
  readonly forget: (token: string) => void;
}

export interface VaultCredentialOptions {
  readonly fetch: FetchToken;
  /** The one service that tokens are given for; absent: any that the SDK has verified against the vault's address. */
  readonly resource: string | undefined;
  readonly clock: Clock;
}

/** Gives the tokens of one identity to vaults of its own cloud, and to nobody else. */
export function createVaultCredential({ fetch, resource, clock }: VaultCredentialOptions): VaultCredential {
  let source: { readonly resource: string; readonly tokens: TokenSource } | undefined;
  const tokensFor = (asked: string): TokenSource => {
    if (source?.resource !== asked) source = { resource: asked, tokens: new TokenSource(clock, () => fetch(asked)) };
    return source.tokens;
  };
  return {
    prove: async () => {
      const known = resource ?? source?.resource;
      if (known !== undefined) await tokensFor(known).get();
    },
    getToken: async (scopes) => {
      const asked = resourceOf(scopes);
      if (resource !== undefined && asked !== resource) {
        throw new ProviderError('invalid', `the vault asks for a token of another service than ${resource}, so it gets none; check vaultUrl and environmentType`);
      }
      // the SDK's own cache renews in the background, where a failure is nobody's and ends the process: told that a token
      // is over already, it asks each time
      return { token: await tokensFor(asked).get(), expiresOnTimestamp: 0 };
    },
    forget: (token) => source?.tokens.forget(token),
  };
}

function resourceOf(scopes: string | string[]): string {
  const [scope = ''] = typeof scopes === 'string' ? [scopes] : scopes;
  return scope.replace(/\/+\.default$/, '');
}
