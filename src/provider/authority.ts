import { z } from 'zod';
import { namespaceName, objectName, secretKey } from '../api/kube-text.ts';
import type { CredentialSelector, ProviderContext } from './contract.ts';
import { ProviderError } from './provider-error.ts';

/** Where the certificates of a server's authority come from. */
export interface AuthoritySource {
  /** PEM in base64; upstream takes it encoded twice, too. */
  readonly caBundle?: string | undefined;
  readonly caProvider?: CaProvider | undefined;
}

export interface CaProvider {
  readonly type: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  readonly namespace?: string;
}

/** `caBundle`, as in External Secrets. */
export function caBundle(): z.ZodString {
  return z.string().describe('PEM, in base64: the authorities that the certificate of the server must be from.');
}

/** `caProvider`, as in External Secrets. */
export function caProvider(): z.ZodType<CaProvider> {
  return z
    .strictObject({
      type: z.enum(['Secret', 'ConfigMap']).describe('In what the authorities stand.'),
      name: objectName().describe('The name of the Secret or ConfigMap.'),
      key: secretKey().describe('The key in it.'),
      namespace: namespaceName().exactOptional().describe('Its namespace; required in a ClusterSecretStore.'),
    })
    .describe('Where the authorities stand that the certificate of the server must be from, in PEM.');
}

/** What a source of authorities names in the cluster. */
export function authorityCredentials({ caBundle: bundle, caProvider: provider }: AuthoritySource): readonly CredentialSelector[] {
  if (provider === undefined || hasBundle(bundle)) return [];
  const { type, ...selector } = provider;
  return [{ kind: type, ...selector, pinned: true }];
}

/**
 * The authorities, PEM; undefined where none are named and those of the system count. The bundle comes before the provider, as upstream.
 * @throws ProviderError `invalid` for what is no PEM, or is not there
 */
export async function readAuthority({ caBundle: bundle, caProvider: provider }: AuthoritySource, { secret, configMap }: Pick<ProviderContext, 'secret' | 'configMap'>): Promise<string | undefined> {
  if (hasBundle(bundle)) return pemOf(bundle);
  if (provider === undefined) return undefined;
  const { type, ...selector } = provider;
  if (type === 'ConfigMap') return requirePem(await configMap(selector), `ConfigMap ${selector.name}`);
  return requirePem(Buffer.from((await secret(selector)).reveal()).toString('utf8'), `Secret ${selector.name}`);
}

function hasBundle(bundle: string | undefined): bundle is string {
  return bundle !== undefined && bundle !== '';
}

function pemOf(bundle: string): string {
  const once = Buffer.from(bundle, 'base64').toString('utf8');
  return requirePem(isPem(once) ? once : Buffer.from(once, 'base64').toString('utf8'), 'caBundle');
}

function requirePem(text: string, where: string): string {
  if (isPem(text)) return text;
  throw new ProviderError('invalid', `${where} holds no certificate in PEM`);
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}
